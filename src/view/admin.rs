//! The operator's screens. Facts stand in a fixed order, so that the eye learns them: who, what, state, money, age,
//! code.

use crate::{
    domain::{
        admin::{AdminAct, AdminNotice, FleetLine, NodeLine, PersonLine},
        claw::Status,
        ids::ConfirmationId,
        incident::Incident,
        notice::Right,
        tap::Tap,
    },
    view::{
        Button, Eyes, Screen, alert,
        card::{sign, word},
        home::which,
        html::{self, Html},
        page::Page,
        text::LABEL,
        time,
    },
};

/// The list of claws takes at most this much of the message.
const LIST: usize = 3000;

pub fn screen(eyes: Eyes<'_>, notice: &AdminNotice) -> Screen {
    match notice {
        AdminNotice::AskReason { id, act, person } => {
            let facts = [("what", what(eyes, act).into()), ("person", who(eyes, person).into())];
            Page::new(eyes).say("admin-ask-reason", &facts).tap("do-withdraw", Tap::Withdraw(*id)).done()
        }
        AdminNotice::ConfirmProvision { id, person, bot, claw, model, days, reason, before, expires, shown } => {
            let span = || time::days(eyes, *days);
            let mut facts = vec![
                eyes.html("admin-who", &[("person", who(eyes, person).into())]),
                match bot {
                    Some(bot) => eyes.html("admin-bot", &[("bot", bot.into())]),
                    None => eyes.html("admin-no-bot", &[]),
                },
                eyes.html("admin-model", &[("model", html::prose(model, 60).into())]),
                eyes.html("admin-before", &[("right", right(eyes, before).into())]),
                eyes.html("admin-after", &[("span", span().into())]),
            ];
            facts.push(eyes.html("admin-reason", &[("reason", html::prose(reason, 400).into())]));
            Page::new(eyes)
                .say("admin-confirm-provision", &[("span", span().into())])
                .add(html::join(&facts, "\n"))
                .add_maybe(claw.as_ref().map(|line| fleet_line(eyes, line)))
                .say("admin-expires", &[("when", time::when(eyes, *expires).into())])
                .row([eyes.tap_with("do-give-days", &[("span", span().into())], Tap::Confirm(*id, *shown))])
                .row([withdraw(eyes, *id)])
                .done()
        }
        AdminNotice::ConfirmDeprovision { id, line, reason, keeps_data, expires, shown } => {
            let handle = || html::prose(&line.handle, 60);
            Page::new(eyes)
                .say("admin-confirm-deprovision", &[("handle", handle().into())])
                .add(fleet_line(eyes, line))
                .say(if *keeps_data { "admin-deprovision-keeps" } else { "admin-deprovision-forgets" }, &[])
                .say("admin-reason", &[("reason", html::prose(reason, 400).into())])
                .say("admin-expires", &[("when", time::when(eyes, *expires).into())])
                .row([eyes.tap_with("do-take-down", &[("handle", (&line.handle).into())], Tap::Confirm(*id, *shown))])
                .row([withdraw(eyes, *id)])
                .done()
        }
        AdminNotice::PickClaw { lines } => {
            let mut page = Page::new(eyes).say("admin-pick-claw", &[]).add(fleet_lines(eyes, lines));
            for line in lines.iter().take(20) {
                let label = html::label(&format!("{} @{}", line.handle, html::plain_name(&line.bot)), LABEL);
                page = page.row([Button::Tap { label, tap: Tap::AdminDeprovision(line.claw) }]);
            }
            page.home().done()
        }
        AdminNotice::Withdrawn => Page::new(eyes).say("admin-withdrawn", &[]).tap("do-open-fleet", Tap::Fleet { page: 0 }).done(),
        AdminNotice::Overtaken => Page::new(eyes).say("admin-overtaken", &[]).tap("do-open-fleet", Tap::Fleet { page: 0 }).done(),
        AdminNotice::Expired => Page::new(eyes).say("admin-expired", &[]).tap("do-open-fleet", Tap::Fleet { page: 0 }).done(),
        AdminNotice::GrantWaits { person, days } => {
            let facts = [("person", who(eyes, person).into()), ("span", time::days(eyes, *days).into())];
            let told = if person.reachable { "admin-grant-told" } else { "admin-grant-untold" };
            Page::new(eyes).say("admin-grant-waits", &facts).say(told, &[]).tap("do-open-fleet", Tap::Fleet { page: 0 }).done()
        }
        AdminNotice::Working { act, person, status, since } => {
            let elapsed = time::stopwatch(eyes.now.since(*since));
            let facts = [
                ("what", what(eyes, act).into()),
                ("person", who(eyes, person).into()),
                ("status", state(eyes, *status).into()),
                ("elapsed", elapsed.into()),
            ];
            Page::new(eyes).say("admin-working", &facts).done()
        }
        AdminNotice::Finished { act, person, status, took } => {
            let facts = [
                ("what", what(eyes, act).into()),
                ("person", who(eyes, person).into()),
                ("status", state(eyes, *status).into()),
                ("took", time::stopwatch(*took).into()),
            ];
            Page::new(eyes).say("admin-finished", &facts).tap("do-open-fleet", Tap::Fleet { page: 0 }).done()
        }
        AdminNotice::Fleet { lines, page, pages, total, counts, in_line, capacity, trials_today, trials_per_day, node } => {
            let numbers = [
                ("total", (*total).into()),
                ("capacity", (*capacity).into()),
                ("line", (*in_line).into()),
                ("trials", (*trials_today).into()),
                ("most", (*trials_per_day).into()),
            ];
            let counted: Vec<Html> = counts
                .iter()
                .map(|(status, n)| eyes.html("fleet-count", &[("status", state(eyes, *status).into()), ("n", (*n).into())]))
                .collect();
            let mut fleet = Page::new(eyes).say("fleet", &numbers).add(html::join(&counted, " · "));
            fleet = fleet.add_maybe(node.as_ref().map(|node| node_line(eyes, node)));
            fleet = if lines.is_empty() { fleet.say("fleet-empty", &[]) } else { fleet.add(fleet_lines(eyes, lines)) };
            let shown = [("page", (u32::from(*page) + 1).into()), ("pages", (*pages).into())];
            let earlier = page.checked_sub(1).map(|page| eyes.tap("do-earlier", Tap::Fleet { page }));
            let later = page.checked_add(1).filter(|next| next < pages).map(|page| eyes.tap("do-later", Tap::Fleet { page }));
            fleet
                .say_if(*pages > 1, "fleet-page", &shown)
                .row(earlier.into_iter().chain(later))
                .row([eyes.tap("do-refresh", Tap::Fleet { page: *page }), eyes.tap("do-home", Tap::Home)])
                .done()
        }
        AdminNotice::Trace { incident, person } => trace(eyes, incident, person.as_ref()),
        AdminNotice::Alert { alert, since, code, resolved } => alert::screen(eyes, alert, *since, code.as_ref(), *resolved),
        AdminNotice::PersonAsks { person } => {
            let page = Page::new(eyes).say("admin-person-asks", &[("person", who(eyes, person).into())]);
            match person.telegram {
                Some(id) => page.say("admin-person-asks-hint", &[("id", html::value(&id.to_string()).into())]),
                None => page,
            }
            .done()
        }
    }
}

fn withdraw(eyes: Eyes<'_>, id: ConfirmationId) -> Button {
    eyes.tap("do-withdraw", Tap::Withdraw(id))
}

/// What an act does, in a few words.
fn what(eyes: Eyes<'_>, act: &AdminAct) -> Html {
    match act {
        AdminAct::Provision { days, .. } => eyes.html("act-provision", &[("span", time::days(eyes, *days).into())]),
        AdminAct::Deprovision { .. } => eyes.html("act-deprovision", &[]),
    }
}

/// A person as an operator knows them.
pub fn who(eyes: Eyes<'_>, person: &PersonLine) -> Html {
    let id = person.telegram.map(|id| html::value(&id.to_string()));
    let line = match (&person.name, id) {
        (Some(name), Some(id)) => eyes.html("guest-named", &[("name", name.into()), ("id", id.into())]),
        (Some(name), None) => html::name(name),
        (None, Some(id)) => eyes.html("guest-unnamed", &[("id", id.into())]),
        (None, None) => return eyes.html("person-forgotten", &[]),
    };
    if person.reachable { line } else { eyes.html("person-unreachable", &[("person", line.into())]) }
}

fn state(eyes: Eyes<'_>, status: Status) -> Html {
    eyes.html("state", &[("sign", sign(status).into()), ("status", word(eyes, status).into())])
}

/// A right as an operator reads it.
fn right(eyes: Eyes<'_>, right: &Right) -> Html {
    match right {
        Right::None => eyes.html("admin-right-none", &[]),
        Right::Waiting { kind, hours } => {
            eyes.html("admin-right-waiting", &[("kind", which(*kind)), ("span", time::hours(eyes, *hours).into())])
        }
        Right::Until { kind, end } => {
            eyes.html("admin-right-until", &[("kind", which(*kind)), ("when", time::when(eyes, *end).into())])
        }
        Right::Ended { kind, end } => {
            eyes.html("admin-right-ended", &[("kind", which(*kind)), ("when", time::when(eyes, *end).into())])
        }
    }
}

/// The host of claws: its name and versions, what runs there and what is left.
fn node_line(eyes: Eyes<'_>, node: &NodeLine) -> Html {
    let NodeLine::Answers {
        name,
        version,
        openclaw,
        draining,
        running,
        most,
        memory_free_mb,
        memory_total_mb,
        disk_free_mb,
        disk_total_mb,
    } = node
    else {
        return eyes.html("fleet-node-silent", &[]);
    };
    // Gigabytes with one digit: nobody plans by less.
    let size = |mb: u64| html::value(&format!("{}.{}", mb / 1024, mb % 1024 * 10 / 1024));
    let facts = [
        ("name", html::value(name).into()),
        ("version", html::value(version).into()),
        ("openclaw", html::value(&openclaw.join(", ")).into()),
        ("running", (*running).into()),
        ("most", (*most).into()),
        ("memory", size(*memory_free_mb).into()),
        ("memorytotal", size(*memory_total_mb).into()),
        ("disk", size(*disk_free_mb).into()),
        ("disktotal", size(*disk_total_mb).into()),
    ];
    let line = eyes.html("fleet-node", &facts);
    if *draining { html::join(&[line, eyes.html("fleet-node-draining", &[])], "\n") } else { line }
}

fn fleet_line(eyes: Eyes<'_>, line: &FleetLine) -> Html {
    let facts = [
        ("handle", html::prose(&line.handle, 60).into()),
        ("person", who(eyes, &line.person).into()),
        ("bot", (&line.bot).into()),
        ("model", html::prose(&line.model, 60).into()),
        ("status", state(eyes, line.status).into()),
        ("right", right(eyes, &line.right).into()),
        ("age", time::length(eyes, eyes.now.since(line.since)).into()),
    ];
    eyes.html("fleet-line", &facts)
}

fn fleet_lines(eyes: Eyes<'_>, lines: &[FleetLine]) -> Html {
    let lines = lines.iter().map(|line| fleet_line(eyes, line)).collect();
    html::list(lines, "\n\n", LIST, |left| eyes.html("and-more", &[("n", (left as u64).into())]))
}

fn trace(eyes: Eyes<'_>, incident: &Incident, person: Option<&PersonLine>) -> Screen {
    let mut facts = Vec::new();
    facts.extend(person.map(|person| eyes.html("admin-who", &[("person", who(eyes, person).into())])));
    facts.extend(incident.claw.map(|claw| eyes.html("trace-claw", &[("claw", html::value(&claw.to_string()).into())])));
    facts.push(eyes.html("trace-at", &[("when", time::when(eyes, incident.at).into())]));
    Page::new(eyes)
        .say("trace", &[("code", html::prose(&incident.code.0, 20).into()), ("doing", html::prose(&incident.doing, 300).into())])
        .add(html::join(&facts, "\n"))
        .say("trace-chain", &[("chain", html::prose(&incident.chain, 2500).into())])
        .tap("do-open-fleet", Tap::Fleet { page: 0 })
        .done()
}
