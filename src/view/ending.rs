//! The end of a period: said in time, with what is kept and what is not, and how to go on.

use crate::{
    domain::{entitlement::PeriodKind, ids::ClawId, tap::Tap, time::Time},
    view::{Eyes, Screen, hatch::open_chat, home::which, page::Page, time},
};

pub fn ending(eyes: Eyes<'_>, claw: ClawId, bot: &str, kind: PeriodKind, end: Time, keeps_data: bool) -> Screen {
    Page::new(eyes)
        .say("ending", &[("kind", which(kind)), ("when", time::when(eyes, end).into())])
        .say(if keeps_data { "ending-keeps" } else { "ending-forgets" }, &[("bot", bot.into())])
        .say_if(kind == PeriodKind::Trial, "nothing-charged", &[])
        .tap("do-ask-admin", Tap::AskAdmin)
        .row(open_chat(eyes, bot))
        .tap("do-open-card", Tap::Card(claw))
        .done()
}

pub fn asleep(eyes: Eyes<'_>, claw: ClawId, bot: &str, kind: PeriodKind, kept_until: Time, keeps_data: bool) -> Screen {
    Page::new(eyes)
        .say("asleep", &[("kind", which(kind)), ("bot", bot.into())])
        .say(if keeps_data { "asleep-keeps" } else { "asleep-forgets" }, &[("when", time::when(eyes, kept_until).into())])
        .tap("do-ask-admin", Tap::AskAdmin)
        .tap("do-open-card", Tap::Card(claw))
        .done()
}

pub fn destroy_soon(eyes: Eyes<'_>, claw: ClawId, bot: &str, at: Time) -> Screen {
    Page::new(eyes)
        .say("destroy-soon", &[("bot", bot.into()), ("when", time::when(eyes, at).into())])
        .tap("do-ask-admin", Tap::AskAdmin)
        .tap("do-open-card", Tap::Card(claw))
        .done()
}

pub fn destroyed(eyes: Eyes<'_>, bot: &str, by_owner: bool) -> Screen {
    Page::new(eyes)
        .say(if by_owner { "destroyed-by-owner" } else { "destroyed" }, &[("bot", bot.into())])
        .say("destroyed-bot-stays", &[])
        .home()
        .done()
}

pub fn woken(eyes: Eyes<'_>, claw: ClawId, bot: &str) -> Screen {
    Page::new(eyes).say("woken", &[("bot", bot.into())]).row(open_chat(eyes, bot)).tap("do-open-card", Tap::Card(claw)).done()
}

pub fn came_back(eyes: Eyes<'_>, claw: ClawId, bot: &str, keeps_data: bool) -> Screen {
    Page::new(eyes)
        .say("came-back", &[("bot", bot.into())])
        .say(if keeps_data { "came-back-keeps" } else { "came-back-forgets" }, &[])
        .row(open_chat(eyes, bot))
        .tap("do-open-card", Tap::Card(claw))
        .done()
}
