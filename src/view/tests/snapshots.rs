//! The key screens, as English readers see them.

use std::time::Duration;

use super::{
    NOW, eyes,
    samples::{CLAW, bot, card, code, model, shown},
};
use crate::{
    domain::{
        catalogue::Model,
        claw::{Guest, Status},
        entitlement::PeriodKind,
        ids::TelegramId,
        locale::Locale,
        notice::{Card, CardAction, HatchStage, Notice, Offer, Right},
        refusal::Refusal,
        time::HOUR,
        wizard::Purpose,
    },
    view::{Button, Keyboard, screen},
};

/// The text, then the buttons row by row.
pub fn draw(notice: &Notice) -> String {
    let screen = screen(notice, eyes(Locale::En));
    let mut out = screen.html;
    match screen.keyboard {
        Keyboard::None => {}
        Keyboard::PickPeople { pick, cancel } => out.push_str(&format!("\n\n( {pick} )\n( {cancel} )")),
        Keyboard::Buttons(rows) => {
            out.push('\n');
            for row in rows {
                let label = |button: &Button| match button {
                    Button::Tap { label, .. } => format!("[ {label} ]"),
                    Button::Url { label, url } => format!("[ {label} -> {} ]", url.trim_start_matches("https://")),
                };
                out.push('\n');
                out.push_str(&row.iter().map(label).collect::<Vec<_>>().join(" "));
            }
        }
    }
    out
}

pub const HELPER: &str = "anns_helper_bot";

fn helper() -> crate::domain::person::BotBrief {
    crate::domain::person::BotBrief { name: "Ann's helper".to_owned(), ..bot(HELPER) }
}

#[test]
fn home() {
    let notice = Notice::Home { offer: Offer::Trial { hours: 48 }, claws: 0, wizard_open: false };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Your own AI assistant, living in your own Telegram bot.</b>
    It remembers, it works while you sleep, and only the people you choose can talk to it.

    Free for 48 hours. No card.

    [ Hatch my claw ]
    [ How it works ] [ Settings ]
    [ 🌐 English ]
    ");
}

#[test]
fn terms() {
    let notice = Notice::Terms { version: 1 };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 1 of 5</i>

    <b>Before we begin, in plain words</b>

    • The free time starts when your claw is ready. When it is over, the claw falls asleep. Nothing is charged.
    • A sleeping claw is kept for 7 days, then destroyed. Where a server cannot keep its memory meanwhile, I tell you before.
    • Your bot's token is locked away and used only to run your claw.
    • What you write to your claw is read by the model you pick. It can be wrong: check what matters.
    • Do not use it to harm people or break the law; such a claw is taken down.
    • /delete_my_data deletes what I know about you, at any time.

    [ I agree, go on ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn bot_step() {
    let notice =
        Notice::ChooseBot { create_url: Some("https://t.me/newbot/hatch_bot/ann_bot".to_owned()), free: vec![], refusal: None };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 2 of 5</i>

    <b>Give your claw a bot to live in.</b>
    It gets a chat of its own there, under the name you give it.

    With one tap Telegram makes the bot for you: check its name, confirm, and come back here.

    [ Create it in one tap -> t.me/newbot/hatch_bot/ann_bot?name=My%20claw ]
    [ I have a token from BotFather ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn token_guide_after_a_wrong_paste() {
    let notice = Notice::BotGuide { purpose: Purpose::Hatch, refusal: Some(Refusal::NotAToken) };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 2 of 5</i>

    <blockquote>That does not look like a bot token. Copy the whole line from BotFather, numbers, colon and all, and paste it here.</blockquote>

    <b>Make a bot in five short steps</b>

    <b>1.</b> Open @BotFather with the button below
    <b>2.</b> Send <code>/newbot</code>
    <b>3.</b> Send a name, any you like
    <b>4.</b> Send a username that ends in <code>bot</code>
    <b>5.</b> Copy the token it gives you and paste it here

    I check the token, lock it away and delete your message.

    [ Open BotFather -> t.me/BotFather ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn bot_found() {
    let notice = Notice::BotFound { purpose: Purpose::Hatch, bot: helper(), foreign_webhook: false, pasted: true };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 2 of 5</i>

    Found it: <b>Ann's helper</b>, @anns_helper_bot.

    Your message is deleted and the token is sealed.

    [ Use this bot ]
    [ Another bot ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn model_step() {
    let notice = Notice::ChooseModel {
        purpose: Purpose::Hatch,
        models: vec![(0, Model { id: "g".to_owned(), ..model("Gemini 3 Flash") }), (1, model("Claude Sonnet"))],
        fingerprint: 42,
        chosen: None,
        default: "g".to_owned(),
        page: 0,
        pages: 2,
    };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 3 of 5</i>

    <b>Which mind should it have?</b>
    You can change it any time. ★ is a good start.

    <b>Gemini 3 Flash</b> ★
    cheap, fast, good
    <b>Claude Sonnet</b>
    cheap, fast, good

    [ Gemini 3 Flash ★ ]
    [ Claude Sonnet ]
    [ More › ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn people_step() {
    let notice = Notice::People {
        purpose: Purpose::Hatch,
        guests: vec![Guest { id: TelegramId(4242), name: Some("<Bob>".to_owned()) }],
        refusal: None,
        changed: true,
    };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 4 of 5</i>

    <b>You and 1 person can talk to it:</b>

    &lt;Bob&gt; <code>4242</code>

    [ Remove <Bob> ]
    [ Add a person ]
    [ Continue ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn person_picker() {
    let notice = Notice::AskPerson { purpose: Purpose::Hatch, refusal: None };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 4 of 5</i>

    <b>Who should be able to talk to it?</b>
    Tap the button below and choose them in Telegram's own list.
    You can also forward me a message of theirs, or send their numeric id. A username is not enough: it can pass to someone else.

    ( Choose a person )
    ( Cancel )
    ");
}

#[test]
fn summary() {
    let notice = Notice::Summary {
        bot: helper(),
        model: "Gemini 3 Flash".to_owned(),
        guests: 0,
        offer: Offer::Trial { hours: 48 },
        keeps_data: false,
        refusal: None,
        shown: shown(),
    };
    insta::assert_snapshot!(draw(&notice), @"
    <i>Step 5 of 5</i>

    <b>Ready to hatch</b>
    Ann's helper, @anns_helper_bot
    Gemini 3 Flash, only you

    48 hours free, starting when it is ready. Nothing is charged afterwards.

    Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.

    [ Start 48 hours free ]
    [ Change bot ] [ Change model ]
    [ Back ] [ Cancel ]
    ");
}

#[test]
fn hatching_slowly() {
    let notice = Notice::Hatching {
        claw: CLAW,
        bot: HELPER.to_owned(),
        stage: HatchStage::Starting,
        since: NOW - Duration::from_secs(204),
        slow: true,
    };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Hatching @anns_helper_bot</b>

    ✓ Token sealed
    ✓ Server asked
    ✓ Place found
    … Starting the assistant   3:24

    This is taking longer than usual. You can close this; I will write to you when it is awake.

    [ Open its card ]
    ");
}

#[test]
fn hatching() {
    let notice = Notice::Hatching {
        claw: CLAW,
        bot: HELPER.to_owned(),
        stage: HatchStage::Asked,
        since: NOW - Duration::from_secs(24),
        slow: false,
    };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Hatching @anns_helper_bot</b>

    ✓ Token sealed
    ✓ Server asked
    … Finding it a place   0:24, usually about a minute

    [ Open its card ]
    ");
}

#[test]
fn ready() {
    let notice = Notice::Ready {
        claw: CLAW,
        bot: HELPER.to_owned(),
        right: Right::Until { kind: PeriodKind::Trial, end: NOW + 48 * HOUR },
    };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Your claw is awake.</b>
    Open @anns_helper_bot and say hello.

    Your free time ends in 2 days, on Saturday, 14 March, at 09:00.
    Nothing is charged afterwards.

    [ Say hello to @anns_helper_bot -> t.me/anns_helper_bot ]
    [ Open its card ] [ My claws ]
    ");
}

#[test]
fn card_of_a_claw() {
    let notice = Notice::Card(Card {
        title: Some("Jeeves".to_owned()),
        model: "Gemini 3 Flash".to_owned(),
        kept_until: None,
        undo_until: None,
        reason: None,
        line: None,
        busy: None,
        version: Some("2026.9.6".to_owned()),
        started: Some(NOW - 30 * HOUR),
        ailment: None,
        actions: vec![
            CardAction::OpenChat,
            CardAction::ChangeModel,
            CardAction::People,
            CardAction::Pause,
            CardAction::Rename,
            CardAction::NewToken,
            CardAction::Delete,
        ],
        ..card(HELPER, 2, Status::Ready)
    });
    insta::assert_snapshot!(draw(&notice), @"
    <b>Jeeves</b>, @anns_helper_bot   ● awake

    Gemini 3 Flash, you and 2 people
    Your free time ends in 23 hours, tomorrow at 08:00.
    OpenClaw 2026.9.6, up for 30 hours

    [ Open chat -> t.me/anns_helper_bot ]
    [ Change model ] [ Change people ]
    [ Rename it ] [ Pause it… ]
    [ Give it a new token ] [ Delete this claw… ]
    [ My claws ] [ Home ]
    ");
}

#[test]
fn pause_that_may_cost_the_memory() {
    let notice = Notice::ConfirmPause { claw: CLAW, bot: HELPER.to_owned(), keeps_data: false, drawn: NOW };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Pause @anns_helper_bot?</b>

    It may lose its memory. Its bot and settings are kept, and you can wake it any time.
    It stops answering until then, and the clock of your time keeps running.

    [ Pause it, memory may be lost ]
    [ Keep it awake ]
    ");
}

#[test]
fn deletion() {
    let notice = Notice::ConfirmDelete { claw: CLAW, bot: HELPER.to_owned(), drawn: NOW };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Delete the claw in @anns_helper_bot?</b>

    Lost for good: its memory, its settings and its list of people.
    The bot stays yours in Telegram. For 10 minutes you can undo this.

    [ Delete it and its memory ]
    [ Keep it ]
    ");
}

#[test]
fn ending_soon() {
    let notice =
        Notice::Ending { claw: CLAW, bot: HELPER.to_owned(), kind: PeriodKind::Trial, end: NOW + 6 * HOUR, keeps_data: true };
    insta::assert_snapshot!(draw(&notice), @"
    <b>Your free time ends in 6 hours, today at 15:00.</b>

    Then @anns_helper_bot falls asleep. Everything it knows is kept for 7 days, in case you want it back.

    Nothing is charged afterwards.

    [ Ask for more time ]
    [ Open chat -> t.me/anns_helper_bot ]
    [ Open its card ]
    ");
}

#[test]
fn late() {
    let notice = Notice::Late { claw: CLAW, bot: HELPER.to_owned(), code: code() };
    insta::assert_snapshot!(draw(&notice), @"
    <b>@anns_helper_bot is not up yet.</b>
    The server is not answering as it should. I keep trying and will tell you when your claw is awake. The operators know.

    <i>(K7F-2M)</i>

    [ Open its card ]
    ");
}
