//! The list of claws, and the card of one: what it is, how it is, until when, and what can be done.

use crate::{
    domain::{
        claw::Status,
        ids::ClawId,
        notice::{Card, CardAction, ClawBrief, Done, Offer},
        refusal::Refusal,
        tap::{Tap, TendTap},
        wizard::Purpose,
    },
    view::{
        Button, Eyes, Screen,
        choose::company,
        hatch::{open_chat, reason_words},
        home::{offer_button, offer_line, right_line},
        html::{self, Html},
        page::Page,
        tend,
        text::LABEL,
        time,
    },
};

/// More claws than this do not fit a phone; a person has one or two.
const MOST_SHOWN: usize = 20;

pub fn claws(eyes: Eyes<'_>, claws: &[ClawBrief], offer: &Offer) -> Screen {
    let mut page = Page::new(eyes);
    if claws.is_empty() {
        page = page.say("claws-none", &[]);
    } else {
        let lines = claws.iter().take(MOST_SHOWN).map(|claw| {
            let who = named(eyes, claw.title.as_deref(), &claw.bot);
            eyes.html(
                "claws-line",
                &[("sign", sign(claw.status).into()), ("who", who.into()), ("status", word(eyes, claw.status).into())],
            )
        });
        let more = |left: usize| eyes.html("and-more", &[("n", (left as u64).into())]);
        page = page.say("claws-title", &[]).add(html::list(lines.collect(), "\n", 3000, more));
    }
    page = page.add_maybe(offer_line(eyes, offer));
    for claw in claws.iter().take(MOST_SHOWN) {
        let name = claw.title.as_deref().map_or_else(|| format!("@{}", claw.bot), html::plain_name);
        page = page.row([Button::Tap { label: html::label(&name, LABEL), tap: Tap::Card(claw.claw) }]);
    }
    page.row(offer_button(eyes, offer)).home().done()
}

pub fn card(eyes: Eyes<'_>, card: &Card, done: Option<Done>) -> Screen {
    let mut page = Page::new(eyes);
    if let Some(words) = done.map(done_words) {
        page = page.say(words, &[]);
    }
    let who = named(eyes, card.title.as_deref(), &card.bot);
    let head = [("who", who.into()), ("sign", sign(card.status).into()), ("status", word(eyes, card.status).into())];
    page = page.say("card-head", &head);
    let mind = [("model", html::prose(&card.model, 60).into()), ("company", company(eyes, card.guests).into())];
    let mut facts = vec![eyes.html("card-mind", &mind)];
    facts.extend(right_line(eyes, &card.right));
    facts.extend(tend::being(eyes, card.version.as_deref(), card.started));
    page = page.add(html::join(&facts, "\n"));
    page = page.add_maybe(card.ailment.map(|ailment| tend::ailment_words(eyes, ailment)));
    // What was tapped just now says it already.
    let begun = matches!(done, Some(Done::Restarting | Done::BackingUp | Done::Restoring));
    page = page.add_maybe(card.busy.filter(|_| !begun).map(|busy| tend::busy_words(eyes, busy)));
    if let Some(before) = card.line {
        page = page.say("card-line", &[("n", before.into())]);
    }
    // The line says already that the servers are full.
    page = page.add_maybe(card.reason.filter(|_| card.line.is_none()).map(|reason| reason_words(eyes, reason)));
    if let Some(at) = card.kept_until {
        page = page.say("card-kept-until", &[("when", time::when(eyes, at).into())]);
    }
    if let Some(at) = card.undo_until {
        page = page.say("card-undo-until", &[("when", time::when(eyes, at).into())]);
    }
    for row in ROWS {
        page =
            page.row(row.iter().filter(|action| card.actions.contains(action)).filter_map(|action| button(eyes, card, *action)));
    }
    page.row([eyes.tap("do-my-claws", Tap::Claws), eyes.tap("do-home", Tap::Home)]).done()
}

/// The card's buttons, always in the same places: first what is wanted most, last what destroys.
const ROWS: [&[CardAction]; 9] = [
    &[CardAction::OpenChat],
    &[CardAction::Undo],
    &[CardAction::Resume],
    &[CardAction::AskAdmin],
    &[CardAction::ChangeModel, CardAction::People],
    &[CardAction::Backups, CardAction::Devices],
    &[CardAction::Logs, CardAction::Restart],
    &[CardAction::Rename, CardAction::Pause],
    &[CardAction::NewToken, CardAction::Delete],
];

fn button(eyes: Eyes<'_>, card: &Card, action: CardAction) -> Option<Button> {
    let claw = card.claw;
    match action {
        CardAction::OpenChat => open_chat(eyes, &card.bot),
        CardAction::ChangeModel => Some(eyes.tap("do-change-model", Tap::Models { purpose: Purpose::Claw(claw), page: 0 })),
        CardAction::People => Some(eyes.tap("do-change-people", Tap::People(claw))),
        CardAction::Pause => Some(eyes.tap("do-ask-pause", Tap::AskPause(claw))),
        CardAction::Resume => Some(eyes.tap("do-wake", Tap::Resume(claw))),
        CardAction::Rename => Some(eyes.tap("do-rename", Tap::Rename(claw))),
        CardAction::NewToken => Some(eyes.tap("do-new-token", Tap::NewToken(claw))),
        CardAction::Delete => Some(eyes.tap("do-ask-delete", Tap::AskDelete(claw))),
        CardAction::Undo => Some(eyes.tap("do-undo-delete", Tap::Undo(claw))),
        CardAction::AskAdmin => Some(eyes.tap("do-ask-admin", Tap::AskAdmin)),
        CardAction::Restart => Some(eyes.tap("do-restart", Tap::Tend(TendTap::Restart(claw)))),
        CardAction::Backups => Some(eyes.tap("do-backups", Tap::Tend(TendTap::Backups(claw)))),
        CardAction::Devices => Some(eyes.tap("do-devices", Tap::Tend(TendTap::Devices(claw)))),
        CardAction::Logs => Some(eyes.tap("do-logs", Tap::Tend(TendTap::Logs(claw)))),
    }
}

fn done_words(done: Done) -> &'static str {
    match done {
        Done::Renamed => "done-renamed",
        Done::Changing => "done-changing",
        Done::ChangingAwake => "done-changing-awake",
        Done::Pausing => "done-pausing",
        Done::Waking => "done-waking",
        Done::Deleting => "done-deleting",
        Done::Undone => "done-undone",
        Done::Restarting => "done-restarting",
        Done::BackingUp => "done-backing-up",
        Done::Restoring => "done-restoring",
        Done::LettingIn => "done-letting-in",
        Done::TurningAway => "done-turning-away",
        Done::Nothing => "done-nothing",
    }
}

pub fn ask_title(eyes: Eyes<'_>, claw: ClawId, bot: &str, refused: Option<&Refusal>) -> Screen {
    Page::new(eyes).after(refused).say("ask-title", &[("bot", bot.into())]).tap("do-back", Tap::Card(claw)).done()
}

/// Its own name when it has one, and always the bot's.
pub fn named(eyes: Eyes<'_>, title: Option<&str>, bot: &str) -> Html {
    match title {
        Some(title) => eyes.html("named-titled", &[("title", title.into()), ("bot", bot.into())]),
        None => eyes.html("named-bot", &[("bot", bot.into())]),
    }
}

/// How a claw is, in a word.
pub fn word(eyes: Eyes<'_>, status: Status) -> Html {
    let id = match status {
        Status::Pending => "status-pending",
        Status::Provisioning => "status-provisioning",
        Status::Ready => "status-ready",
        Status::Degraded => "status-degraded",
        Status::Updating => "status-updating",
        Status::Pausing => "status-pausing",
        Status::Paused => "status-paused",
        Status::Suspended => "status-suspended",
        Status::Waiting => "status-waiting",
        Status::Error => "status-error",
        Status::Destroying => "status-destroying",
        Status::Destroyed => "status-destroyed",
    };
    eyes.html(id, &[])
}

/// The same as a sign that the eye finds first: full is awake, half is on the way, empty is asleep.
pub fn sign(status: Status) -> Html {
    html::value(match status {
        Status::Ready => "●",
        Status::Pending | Status::Provisioning | Status::Updating | Status::Pausing | Status::Waiting => "◐",
        Status::Paused | Status::Suspended => "○",
        Status::Degraded | Status::Error => "▲",
        Status::Destroying | Status::Destroyed => "×",
    })
}
