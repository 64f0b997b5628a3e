//! The wizard's later steps, shared with a living claw: the model, the people, and the summary before the start.

use crate::{
    domain::{
        catalogue::{Grade, Model},
        claw::Guest,
        notice::{Offer, Right},
        person::BotBrief,
        refusal::Refusal,
        shown::Shown,
        tap::Tap,
        wizard::{Purpose, WizardStep},
    },
    view::{
        Button, Eyes, Keyboard, Screen,
        home::offer_line,
        html::{self, Html},
        page::Page,
        text::{Arg, LABEL},
        time,
    },
};

/// The names of people take at most this much of the message.
const LIST: usize = 2400;

/// One page of the models on offer.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    pub models: &'a [(u8, Model)],
    pub fingerprint: u8,
    pub chosen: Option<&'a str>,
    pub default: &'a str,
}

pub fn model(eyes: Eyes<'_>, purpose: Purpose, list: &Models<'_>, page: u8, pages: u8) -> Screen {
    let lines = list.models.iter().map(|(_, model)| {
        let badges = eyes.html(
            "model-badges",
            &[("price", grade(model.price)), ("speed", grade(model.speed)), ("quality", grade(model.quality))],
        );
        let mark = if model.id == list.default { "yes" } else { "no" };
        eyes.html(
            "model-line",
            &[("model", html::prose(&model.name, 60).into()), ("badges", badges.into()), ("suggested", Arg::Which(mark))],
        )
    });
    let lines = html::list(lines.collect(), "\n", LIST, |left| eyes.html("and-more", &[("n", (left as u64).into())]));
    let mut screen = Page::new(eyes).step(purpose, WizardStep::Model).say("choose-model", &[]).add(lines);
    for (index, model) in list.models {
        let mark = if list.chosen == Some(&*model.id) { "✓ " } else { "" };
        let star = if model.id == list.default { " ★" } else { "" };
        let name = html::label(&model.name, LABEL - 4);
        let tap = Tap::PickModel { purpose, index: *index, fingerprint: list.fingerprint };
        screen = screen.row([Button::Tap { label: format!("{mark}{name}{star}"), tap }]);
    }
    let earlier = page.checked_sub(1).map(|page| eyes.tap("do-earlier", Tap::Models { purpose, page }));
    let later = page.checked_add(1).filter(|next| *next < pages).map(|page| eyes.tap("do-later", Tap::Models { purpose, page }));
    screen.row(earlier.into_iter().chain(later)).way_back(purpose, Tap::Back).done()
}

/// A badge, for the words that say it: "cheap, fast, good".
fn grade(grade: Grade) -> Arg<'static> {
    Arg::Which(match grade.get() {
        1 => "low",
        2 => "middle",
        _ => "high",
    })
}

pub fn people(eyes: Eyes<'_>, purpose: Purpose, guests: &[Guest], refused: Option<&Refusal>, changed: bool) -> Screen {
    let mut page = Page::new(eyes).step(purpose, WizardStep::People).after(refused);
    page = if guests.is_empty() {
        page.say("people-none", &[])
    } else {
        let lines = guests.iter().map(|guest| guest_line(eyes, guest)).collect();
        let more = |left: usize| eyes.html("and-more", &[("n", (left as u64).into())]);
        page.say("people-some", &[("n", (guests.len() as u64).into())]).add(html::list(lines, "\n", LIST, more))
    };
    page = page.say_if(changed && purpose != Purpose::Hatch, "people-unsaved", &[]);
    let removals = guests.iter().map(|guest| {
        let unnamed = guest.id.to_string();
        let name = guest.name.as_deref().unwrap_or(&unnamed);
        eyes.tap_with("do-remove-person", &[("name", name.into())], Tap::RemovePerson(purpose, guest.id))
    });
    let removals: Vec<Button> = removals.collect();
    // Many people make narrow buttons bearable; few deserve a whole row each.
    page = page.grid(if removals.len() > 4 { 2 } else { 1 }, removals);
    match (purpose, guests.is_empty(), changed) {
        (Purpose::Hatch, true, _) => page
            .row([eyes.tap("do-only-me", Tap::PeopleDone(purpose)), eyes.tap("do-add-person", Tap::AddPerson(purpose))])
            .back_and_cancel(Tap::Back),
        (Purpose::Hatch, false, _) => page
            .tap("do-add-person", Tap::AddPerson(purpose))
            .tap("do-continue", Tap::PeopleDone(purpose))
            .back_and_cancel(Tap::Back),
        (Purpose::Claw(claw), _, true) => page
            .tap("do-add-person", Tap::AddPerson(purpose))
            .tap("do-save-people", Tap::PeopleDone(purpose))
            .tap("do-back-unsaved", Tap::Card(claw)),
        (Purpose::Claw(claw), _, false) => page.tap("do-add-person", Tap::AddPerson(purpose)).tap("do-back", Tap::Card(claw)),
    }
    .done()
}

fn guest_line(eyes: Eyes<'_>, guest: &Guest) -> Html {
    let id = html::value(&guest.id.to_string());
    match &guest.name {
        Some(name) => eyes.html("guest-named", &[("name", name.into()), ("id", id.into())]),
        None => eyes.html("guest-unnamed", &[("id", id.into())]),
    }
}

pub fn ask_person(eyes: Eyes<'_>, purpose: Purpose, refused: Option<&Refusal>) -> Screen {
    let page = Page::new(eyes).step(purpose, WizardStep::People).after(refused).say("ask-person", &[]);
    let keyboard = Keyboard::PickPeople { pick: eyes.plain("do-pick-person", &[]), cancel: eyes.plain("do-cancel", &[]) };
    Screen { keyboard, ..page.done() }
}

/// "only you", "you and 2 people".
pub fn company(eyes: Eyes<'_>, guests: u32) -> Html {
    if guests == 0 { eyes.html("company-none", &[]) } else { eyes.html("company", &[("n", guests.into())]) }
}

/// What a summary tells.
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a> {
    pub bot: &'a BotBrief,
    pub model: &'a str,
    pub guests: u32,
    pub offer: &'a Offer,
    pub keeps_data: bool,
}

pub fn summary(eyes: Eyes<'_>, summary: &Summary<'_>, refused: Option<&Refusal>, shown: Shown) -> Screen {
    let Summary { bot, model, guests, offer, keeps_data } = *summary;
    let facts = [
        ("name", (&bot.name).into()),
        ("bot", (&bot.username).into()),
        ("model", html::prose(model, 60).into()),
        ("company", company(eyes, guests).into()),
    ];
    let page = Page::new(eyes).step(Purpose::Hatch, WizardStep::Summary).after(refused).say("summary", &facts);
    let page = match offer {
        Offer::Trial { hours } => page.say("summary-trial", &[("span", time::hours(eyes, *hours).into())]),
        Offer::Entitled(_) | Offer::AskAdmin => page.add_maybe(offer_line(eyes, offer)),
        Offer::HasClaw => page.say("summary-has-claw", &[]),
    };
    let page = page.say_if(!keeps_data, "summary-forgets", &[]);
    let page = match offer {
        Offer::Trial { hours } | Offer::Entitled(Right::Waiting { hours, .. }) => {
            let span = time::hours(eyes, *hours).into();
            let free = matches!(offer, Offer::Trial { .. });
            page.row([eyes.tap_with(if free { "do-start-free" } else { "do-start-span" }, &[("span", span)], Tap::Start(shown))])
        }
        Offer::Entitled(Right::None | Right::Until { .. } | Right::Ended { .. }) => page.tap("do-start", Tap::Start(shown)),
        Offer::HasClaw => page.tap("do-my-claws", Tap::Claws),
        Offer::AskAdmin => page.tap("do-ask-admin", Tap::AskAdmin),
    };
    page.row([
        eyes.tap("do-change-bot", Tap::BotStep),
        eyes.tap("do-change-model", Tap::Models { purpose: Purpose::Hatch, page: 0 }),
    ])
    .back_and_cancel(Tap::Back)
    .done()
}
