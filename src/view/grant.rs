//! Waiting for a place, and what an operator gave or took.

use crate::{
    domain::{
        notice::{GrantedFor, LineReason},
        tap::Tap,
    },
    view::{Eyes, Screen, page::Page, time},
};

pub fn in_line(eyes: Eyes<'_>, place: u32, reason: LineReason) -> Screen {
    let why = match reason {
        LineReason::Full => "in-line-full",
        LineReason::TrialsToday => "in-line-trials",
    };
    Page::new(eyes).say(why, &[]).say("in-line", &[("place", place.into())]).tap("do-leave-line", Tap::LeaveLine).home().done()
}

pub fn your_turn(eyes: Eyes<'_>, hours: u32) -> Screen {
    Page::new(eyes)
        .say("your-turn", &[("span", time::hours(eyes, hours).into())])
        .tap("do-continue-hatching", Tap::Hatch)
        .tap("do-leave-line", Tap::LeaveLine)
        .done()
}

pub fn admin_asked(eyes: Eyes<'_>) -> Screen {
    Page::new(eyes).say("admin-asked", &[]).home().done()
}

pub fn granted(eyes: Eyes<'_>, days: u32, given_for: &GrantedFor) -> Screen {
    let page = Page::new(eyes);
    let span = || ("span", time::days(eyes, days).into());
    match given_for {
        GrantedFor::NoBot => page.say("granted", &[span()]).say("granted-waiting", &[]).tap("do-hatch", Tap::Hatch),
        GrantedFor::Hatching => page.say("granted", &[span()]).say("granted-hatching", &[]).tap("do-my-claws", Tap::Claws),
        GrantedFor::Waking { claw, bot } => {
            page.say("granted", &[span()]).say("granted-waking", &[("bot", bot.into())]).tap("do-open-card", Tap::Card(*claw))
        }
        GrantedFor::GoingOn { claw, bot } => {
            page.say("granted-more", &[span(), ("bot", bot.into())]).tap("do-open-card", Tap::Card(*claw))
        }
    }
    .done()
}

pub fn taken_away(eyes: Eyes<'_>, bot: &str) -> Screen {
    Page::new(eyes)
        .say("taken-away", &[("bot", bot.into())])
        .say("destroyed-bot-stays", &[])
        .tap("do-ask-admin", Tap::AskAdmin)
        .home()
        .done()
}
