//! Screens that ask before something is lost. Each names what is lost, and its buttons name what they do.

use crate::{
    domain::{
        ids::ClawId,
        notice::Change,
        shown::Shown,
        tap::{Minute, Tap},
        time::Time,
        wizard::Purpose,
    },
    view::{Eyes, Screen, choose::company, html, page::Page},
};

pub fn pause(eyes: Eyes<'_>, claw: ClawId, bot: &str, keeps_data: bool, drawn: Time) -> Screen {
    let tap = Tap::Pause { claw, drawn: Minute::of(drawn) };
    Page::new(eyes)
        .say("confirm-pause", &[("bot", bot.into())])
        .say(if keeps_data { "pause-keeps" } else { "pause-forgets" }, &[])
        .tap(if keeps_data { "do-pause" } else { "do-pause-forgetting" }, tap)
        .tap("do-keep-awake", Tap::Card(claw))
        .done()
}

/// What a change costs: whether the claw remembers everything, and whether it stays awake meanwhile.
pub fn change(
    eyes: Eyes<'_>,
    claw: ClawId,
    bot: &str,
    change: &Change,
    (keeps_data, stays_awake): (bool, bool),
    drawn: Time,
) -> Screen {
    let drawn = Minute::of(drawn);
    let page = Page::new(eyes);
    let page = match change {
        Change::Model { name, .. } => page.say("confirm-model", &[("bot", bot.into()), ("model", html::prose(name, 60).into())]),
        Change::People { guests, .. } => {
            page.say("confirm-people", &[("bot", bot.into()), ("company", company(eyes, *guests).into())])
        }
        Change::Bot { username, .. } if username == bot => page.say("confirm-token", &[("bot", bot.into())]),
        Change::Bot { username, .. } => page.say("confirm-bot", &[("bot", bot.into()), ("new", username.into())]),
    };
    let costs = match (keeps_data, stays_awake) {
        (true, true) => "change-awake",
        (true, false) => "change-keeps",
        (false, _) => "change-forgets",
    };
    let page = page.say(costs, &[]);
    let (id, tap, back) = match change {
        Change::Model { index, fingerprint, .. } => (
            if keeps_data { "do-apply-model" } else { "do-apply-model-forgetting" },
            Tap::ApplyModel { claw, index: *index, fingerprint: *fingerprint, drawn },
            Tap::Models { purpose: Purpose::Claw(claw), page: 0 },
        ),
        Change::People { shown, .. } => (
            if keeps_data { "do-apply-people" } else { "do-apply-people-forgetting" },
            Tap::ApplyPeople { claw, drawn, shown: *shown },
            Tap::People(claw),
        ),
        Change::Bot { shown, .. } => (
            if keeps_data { "do-apply-bot" } else { "do-apply-bot-forgetting" },
            Tap::ApplyBot { claw, drawn, shown: *shown },
            Tap::NewToken(claw),
        ),
    };
    page.tap(id, tap).row([eyes.tap("do-back", back), eyes.tap("do-keep-as-is", Tap::Card(claw))]).done()
}

pub fn delete(eyes: Eyes<'_>, claw: ClawId, bot: &str, drawn: Time) -> Screen {
    Page::new(eyes)
        .say("confirm-delete", &[("bot", bot.into())])
        .say("delete-loses", &[])
        .tap("do-delete", Tap::Delete { claw, drawn: Minute::of(drawn) })
        .tap("do-keep-claw", Tap::Card(claw))
        .done()
}

pub fn forget(eyes: Eyes<'_>, claws: u32, drawn: Time, shown: Shown) -> Screen {
    let tap = Tap::Forget { drawn: Minute::of(drawn), shown };
    let page = Page::new(eyes).say("ask-forget", &[]);
    let page = if claws == 0 {
        page.say("forget-loses", &[]).tap("do-forget", tap)
    } else {
        page.say("forget-loses-claws", &[("claws", claws.into())]).row([eyes.tap_with(
            "do-forget-claws",
            &[("claws", claws.into())],
            tap,
        )])
    };
    page.tap("do-keep-data", Tap::Home).done()
}
