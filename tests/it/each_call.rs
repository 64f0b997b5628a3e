//! Every call to Telegram on the way from the first word to a claw that is awake, each failing once in every way, on
//! both databases. The fault is really met; the person ends with the same chat as on a calm day, nothing shown twice
//! unless the answer to a new message was lost; their token stands nowhere; nothing waits unsaid.

use std::time::Duration;

use clawhatch::domain::ids::TelegramId;

use crate::world::{On, Someone, World, run};

/// One stretch of the way, with the calls made on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Stage {
    Comes,
    Taps,
    Connects,
    Hatches,
}

/// How one call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    /// Not done, and answered so.
    Answered(u16),
    /// Done, and not answered.
    Lost,
}

const WRONGS: [Wrong; 4] = [Wrong::Answered(500), Wrong::Answered(502), Wrong::Answered(429), Wrong::Lost];

const PASTED: [(Stage, &str); 10] = [
    (Stage::Comes, "sendMessage"),
    (Stage::Taps, "editMessageText"),
    (Stage::Taps, "answerCallbackQuery"),
    (Stage::Connects, "getMe"),
    (Stage::Connects, "getWebhookInfo"),
    (Stage::Connects, "deleteMessage"),
    (Stage::Connects, "editMessageText"),
    (Stage::Hatches, "sendMessage"),
    (Stage::Hatches, "editMessageText"),
    (Stage::Hatches, "answerCallbackQuery"),
];
const MADE_IN_ONE_TAP: [(Stage, &str); 2] =
    [(Stage::Connects, "getManagedBotToken"), (Stage::Hatches, "setManagedBotAccessSettings")];

/// What a person has in the end.
#[derive(Debug, PartialEq)]
struct End {
    messages: usize,
    awake: usize,
    last: String,
}

struct Way<'a> {
    someone: Someone<'a>,
    bot: String,
    one_tap: bool,
}

impl Way<'_> {
    /// Whatever was tried again has been.
    async fn waits(&self) {
        for _ in 0..4 {
            self.someone.world.pass(Duration::from_secs(10)).await;
        }
    }

    async fn taps(&self, label: &str) {
        self.someone.taps(label).await;
        self.waits().await;
    }

    async fn goes(&self, wrong: Option<(Stage, &str, Wrong)>) -> End {
        let (ann, w) = (&self.someone, self.someone.world);
        let mut token = String::new();
        for stage in [Stage::Comes, Stage::Taps, Stage::Connects, Stage::Hatches] {
            if let Some((_, method, how)) = wrong.filter(|(at, ..)| *at == stage) {
                w.telegram.break_things(|faults| {
                    faults.only = Some(method.to_owned());
                    match how {
                        Wrong::Answered(status) => (faults.fail_next, faults.fail_status) = (1, Some(status)),
                        Wrong::Lost => faults.lose_answers = 1,
                    }
                });
            }
            match stage {
                Stage::Comes => {
                    ann.says("/start").await;
                    self.waits().await;
                }
                Stage::Taps => {
                    self.taps("Hatch").await;
                    self.taps("I agree").await;
                }
                Stage::Connects if self.one_tap => {
                    let url = ann.link("Create it in one tap");
                    w.telegram.opens_newbot_link_as(ann.id, &url, "Helper", &self.bot).expect("the dialog makes the bot");
                    w.settle().await;
                    self.waits().await;
                    self.taps("Use this bot").await;
                }
                Stage::Connects => {
                    token = ann.makes_bot("Helper", &self.bot);
                    self.taps("token").await;
                    ann.says(&token).await;
                    self.waits().await;
                    if !ann.sees("Use this bot") {
                        // Telegram was silent, and they were asked to try again.
                        assert!(ann.last().contains("Please try again"), "{}", ann.chat());
                        ann.says(&token).await;
                        self.waits().await;
                    }
                    self.taps("Use this bot").await;
                }
                Stage::Hatches => {
                    self.taps("Gemini 3 Flash").await;
                    self.taps("Only me").await;
                    self.taps("Start 48").await;
                    self.waits().await;
                }
            }
        }
        assert!(token.is_empty() || !ann.chat().contains(&token), "the token stands in the chat: {}", ann.chat());
        assert_eq!(w.texts("SELECT act FROM outbox WHERE done_at IS NULL").await, Vec::<String>::new(), "{wrong:?}");
        assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NULL").await, Vec::<String>::new(), "{wrong:?}");
        let messages = w.telegram.chat(ann.id, w.bot.id).iter().filter(|shown| shown.from_bot).count();
        End { messages, awake: ann.count("Your claw is awake."), last: ann.last().replace(&self.bot, "BOT") }
    }
}

fn way(w: &World, number: usize, one_tap: bool) -> Way<'_> {
    Way { someone: w.person(3000 + number as i64, "Ann", "en"), bot: format!("helper_{number}_bot"), one_tap }
}

async fn every_call_fails_once(on: On, one_tap: bool, calls: &[(Stage, &str)]) {
    let w = World::with(on, &[("TRIALS_PER_DAY", "1000")]).await;
    let calm = way(&w, 0, one_tap).goes(None).await;
    assert_eq!((calm.awake, w.infra.claws().len()), (1, 1));
    let mut number = 0;
    for (stage, method) in calls {
        for wrong in WRONGS {
            number += 1;
            let before = w.telegram.hits();
            let way = way(&w, number, one_tap);
            let end = way.goes(Some((*stage, method, wrong))).await;
            let what = format!("{stage:?}, {method}, {wrong:?}:\n{}", way.someone.chat());
            let hits = w.telegram.hits();
            let met = (hits.failed - before.failed, hits.answers_lost - before.answers_lost);
            assert_eq!(met, if wrong == Wrong::Lost { (0, 1) } else { (1, 0) }, "the fault was not met: {what}");
            assert_eq!(w.infra.claws().len(), number + 1, "{what}");
            if (*method, wrong) == ("sendMessage", Wrong::Lost) {
                // Whether it arrived nobody can know: it may stand there twice, and its row says so.
                assert!((calm.messages..=calm.messages + 1).contains(&end.messages), "{what}");
                let chat = TelegramId(3000 + number as i64);
                let unclear = w.texts(&format!("SELECT outcome FROM outbox WHERE chat_id = {chat} AND unclear = 1")).await;
                assert_eq!(unclear, ["sent"], "{what}");
            } else {
                assert_eq!((end.messages, end.awake), (calm.messages, calm.awake), "{what}");
            }
            // The hour of the end differs from run to run.
            let lines = |end: &End| end.last.lines().filter(|line| !line.contains("UTC")).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(lines(&end), lines(&calm), "{what}");
        }
    }
}

#[test]
fn pasted_token_sqlite() {
    run(every_call_fails_once(On::Sqlite, false, &PASTED));
}

#[test]
fn pasted_token_postgres() {
    run(every_call_fails_once(On::Postgres, false, &PASTED));
}

#[test]
fn bot_made_in_one_tap_sqlite() {
    run(every_call_fails_once(On::Sqlite, true, &MADE_IN_ONE_TAP));
}

#[test]
fn bot_made_in_one_tap_postgres() {
    run(every_call_fails_once(On::Postgres, true, &MADE_IN_ONE_TAP));
}
