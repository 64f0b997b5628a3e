//! The wizard's first steps: the terms, and the bot a claw will live in.

use crate::{
    domain::{
        person::BotBrief,
        refusal::Refusal,
        tap::Tap,
        wizard::{Purpose, WizardStep},
    },
    view::{Eyes, Screen, page::Page},
};

const BOTFATHER: &str = "https://t.me/BotFather";
/// As many bots of one's own as a phone shows without scrolling far.
const MOST_FREE: usize = 8;

impl Page<'_> {
    /// Where in the wizard this is; nothing for a claw that lives.
    pub fn step(self, purpose: Purpose, step: WizardStep) -> Self {
        match purpose {
            Purpose::Hatch => self.say("wizard-step", &[("place", step.place().into())]),
            Purpose::Claw(_) => self,
        }
    }

    /// The way out of a screen that serves the wizard and a living claw alike.
    pub fn way_back(self, purpose: Purpose, back: Tap) -> Self {
        match purpose {
            Purpose::Hatch => self.back_and_cancel(back),
            Purpose::Claw(claw) => self.tap("do-back", Tap::Card(claw)),
        }
    }
}

pub fn terms(eyes: Eyes<'_>, version: u32) -> Screen {
    Page::new(eyes)
        .step(Purpose::Hatch, WizardStep::Terms)
        .say("terms", &[])
        .say("terms-points", &[])
        .tap("do-agree", Tap::AgreeToTerms(version))
        .back_and_cancel(Tap::Back)
        .done()
}

pub fn choose_bot(eyes: Eyes<'_>, create_url: Option<&str>, free: &[BotBrief], refused: Option<&Refusal>) -> Screen {
    let mut page = Page::new(eyes).step(Purpose::Hatch, WizardStep::Bot).after(refused).say("choose-bot", &[]);
    page = page.say_if(create_url.is_some(), "choose-bot-create", &[]);
    let own = free
        .iter()
        .take(MOST_FREE)
        .map(|bot| eyes.tap_with("do-use-own-bot", &[("bot", (&bot.username).into())], Tap::UseBot(Purpose::Hatch, bot.id)));
    page = page.grid(1, own.collect());
    page = match create_url {
        Some(url) => {
            page.row([eyes.url("do-create-bot", suggest_name(eyes, url))]).tap("do-have-token", Tap::HaveToken(Purpose::Hatch))
        }
        None => page.tap("do-make-with-botfather", Tap::HaveToken(Purpose::Hatch)),
    };
    page.back_and_cancel(Tap::Back).done()
}

/// The one-tap link with the name Telegram's dialog starts with, in the reader's words; the person may change it.
fn suggest_name(eyes: Eyes<'_>, url: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let name = eyes.plain("bot-suggested-name", &[]);
    let spelt = name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") });
    format!("{url}?name={}", spelt.collect::<String>())
}

pub fn bot_guide(eyes: Eyes<'_>, purpose: Purpose, refused: Option<&Refusal>) -> Screen {
    let mut page = Page::new(eyes).step(purpose, WizardStep::Bot).after(refused);
    page = match purpose {
        Purpose::Hatch => page.say("guide-hatch", &[]).say("guide-steps", &[]),
        Purpose::Claw(_) => page.say("guide-claw", &[]).say("guide-claw-steps", &[]),
    };
    page.say("guide-promise", &[]).row([botfather(eyes)]).way_back(purpose, Tap::BotStep).done()
}

pub fn bot_found(eyes: Eyes<'_>, purpose: Purpose, bot: &BotBrief, foreign_webhook: bool, pasted: bool) -> Screen {
    let page = Page::new(eyes)
        .step(purpose, WizardStep::Bot)
        .say("bot-found", &[("name", (&bot.name).into()), ("bot", (&bot.username).into())])
        .say_if(pasted, "bot-found-pasted", &[])
        .say_if(foreign_webhook, "bot-found-foreign", &[]);
    let (again, back) = match purpose {
        Purpose::Hatch => (Tap::BotStep, Tap::BotStep),
        Purpose::Claw(claw) => (Tap::NewToken(claw), Tap::Card(claw)),
    };
    let yes = if foreign_webhook { "do-use-bot-anyway" } else { "do-use-bot" };
    page.row([eyes.tap(yes, Tap::UseBot(purpose, bot.id))]).tap("do-another-bot", again).way_back(purpose, back).done()
}

pub fn bot_kept(eyes: Eyes<'_>, bot: &str) -> Screen {
    Page::new(eyes).say("bot-kept", &[("bot", bot.into())]).home().done()
}

pub fn botfather(eyes: Eyes<'_>) -> crate::view::Button {
    eyes.url("do-open-botfather", BOTFATHER.to_owned())
}
