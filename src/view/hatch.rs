//! A claw on its way: the steps ticked one after the other, the good news at the end, and the bad news on the way.

use std::time::Duration;

use crate::{
    domain::{
        claw::Reason,
        ids::ClawId,
        incident::IncidentCode,
        notice::{HatchStage, Right},
        tap::Tap,
        time::Time,
        wizard::Purpose,
    },
    view::{
        Button, Eyes, Screen,
        home::right_line,
        html::{self, Html},
        page::Page,
        text::LABEL,
        time,
    },
};

pub fn hatching(eyes: Eyes<'_>, claw: ClawId, bot: &str, stage: HatchStage, since: Time, slow: bool) -> Screen {
    let (done, doing): (&[&str], &str) = match stage {
        HatchStage::Sealed => (&["hatch-sealed"], "hatch-asking"),
        HatchStage::Asked => (&["hatch-sealed", "hatch-asked"], "hatch-finding"),
        HatchStage::Starting => (&["hatch-sealed", "hatch-asked", "hatch-found"], "hatch-starting"),
    };
    let mut lines: Vec<Html> = done.iter().map(|id| eyes.html("hatch-done", &[("what", eyes.html(id, &[]).into())])).collect();
    let elapsed = time::stopwatch(eyes.now.since(since));
    let clock = eyes.html(if slow { "hatch-elapsed-slow" } else { "hatch-elapsed" }, &[("elapsed", elapsed.into())]);
    lines.push(eyes.html("hatch-doing", &[("what", eyes.html(doing, &[]).into()), ("clock", clock.into())]));
    Page::new(eyes)
        .say("hatching", &[("bot", bot.into())])
        .add(html::join(&lines, "\n"))
        .say_if(slow, "hatching-slow", &[])
        .tap("do-open-card", Tap::Card(claw))
        .done()
}

pub fn hatched(eyes: Eyes<'_>, claw: ClawId, bot: &str, took: Duration) -> Screen {
    let took = time::stopwatch(took);
    Page::new(eyes).say("hatched", &[("bot", bot.into()), ("took", took.into())]).tap("do-open-card", Tap::Card(claw)).done()
}

pub fn ready(eyes: Eyes<'_>, claw: ClawId, bot: &str, right: &Right) -> Screen {
    let promise = is_trial(right).then(|| eyes.html("nothing-charged", &[]));
    let time_left: Vec<Html> = right_line(eyes, right).into_iter().chain(promise).collect();
    Page::new(eyes)
        .say("ready", &[("bot", bot.into())])
        .add(html::join(&time_left, "\n"))
        .row(say_hello(eyes, bot))
        .row([eyes.tap("do-open-card", Tap::Card(claw)), eyes.tap("do-my-claws", Tap::Claws)])
        .done()
}

fn is_trial(right: &Right) -> bool {
    use crate::domain::entitlement::PeriodKind::{Grant, Trial};
    match right {
        Right::Waiting { kind: Trial, .. } | Right::Until { kind: Trial, .. } => true,
        Right::None | Right::Ended { .. } | Right::Waiting { kind: Grant, .. } | Right::Until { kind: Grant, .. } => false,
    }
}

pub fn stuck(eyes: Eyes<'_>, claw: ClawId, bot: &str, reason: Reason, code: &IncidentCode) -> Screen {
    Page::new(eyes)
        .say("stuck", &[("bot", bot.into())])
        .add(reason_words(eyes, reason))
        .code(code)
        .row(reason_button(eyes, claw, reason))
        .tap("do-open-card", Tap::Card(claw))
        .done()
}

/// Why a claw does not run, and what happens next.
pub fn reason_words(eyes: Eyes<'_>, reason: Reason) -> Html {
    let id = match reason {
        Reason::TokenInUse => "reason-token-in-use",
        Reason::TokenDead => "reason-token-dead",
        Reason::Deleting => "reason-deleting",
        Reason::ModelNotAllowed => "reason-model-not-allowed",
        Reason::NoCapacity => "reason-no-capacity",
        Reason::Foreign => "reason-foreign",
        Reason::Rejected => "reason-rejected",
    };
    eyes.html(id, &[])
}

/// The one thing its owner can do about it, if there is one.
fn reason_button(eyes: Eyes<'_>, claw: ClawId, reason: Reason) -> Option<Button> {
    match reason {
        Reason::TokenInUse | Reason::TokenDead => Some(eyes.tap("do-new-token", Tap::NewToken(claw))),
        Reason::ModelNotAllowed => Some(eyes.tap("do-change-model", Tap::Models { purpose: Purpose::Claw(claw), page: 0 })),
        Reason::Deleting | Reason::NoCapacity | Reason::Foreign | Reason::Rejected => None,
    }
}

pub fn late(eyes: Eyes<'_>, claw: ClawId, bot: &str, code: &IncidentCode) -> Screen {
    Page::new(eyes).say("late", &[("bot", bot.into())]).code(code).tap("do-open-card", Tap::Card(claw)).done()
}

pub fn healed_back(eyes: Eyes<'_>, claw: ClawId, bot: &str, model: &str, code: &IncidentCode) -> Screen {
    let facts = [("bot", bot.into()), ("model", html::prose(model, 60).into())];
    Page::new(eyes).say("healed-back", &facts).code(code).row(open_chat(eyes, bot)).tap("do-open-card", Tap::Card(claw)).done()
}

/// Opens the claw's own chat.
pub fn open_chat(eyes: Eyes<'_>, bot: &str) -> Option<Button> {
    chat_url(bot).map(|url| eyes.url("do-open-chat", url))
}

/// The same, the first time.
fn say_hello(eyes: Eyes<'_>, bot: &str) -> Option<Button> {
    let url = chat_url(bot)?;
    let named = eyes.plain("do-say-hello-to", &[("bot", bot.into())]);
    let label = if named.chars().count() <= LABEL { named } else { eyes.plain("do-say-hello", &[]) };
    Some(Button::Url { label, url })
}

/// The address of a bot's chat. Nothing for what is no username, nor for the name of a bot we were asked to forget
/// (`bot` and its number), which might be somebody else's.
pub fn chat_url(bot: &str) -> Option<String> {
    let fits = (1..=32).contains(&bot.len()) && bot.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let forgotten = bot.strip_prefix("bot").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    (fits && !forgotten).then(|| format!("https://t.me/{bot}"))
}
