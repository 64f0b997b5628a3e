//! The whole product with real claws: the sandbox starts the real `clawhatch` and the real `clawnode`, and people write to
//! their bots. Played with the stand-in for a gateway and with the real OpenClaw.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clawhatch::{
    domain::ids::{BotId, TelegramId},
    sandbox::{Infra, Installed, Options, Sandbox, telegram::BOTFATHER},
};

use super::claw::{asks, until};

/// Two of the sandbox's people: one who hatches, and the operator.
const ANN: TelegramId = TelegramId(1001);
const OLGA: TelegramId = TelegramId(9001);

/// What was measured on the way.
pub struct Measured {
    hatched: Duration,
    restarted: Duration,
}

impl Measured {
    /// The figures, for people.
    pub fn told(&self) -> String {
        let Measured { hatched, restarted } = self;
        format!("from the last tap of the wizard to awake {hatched:.1?}, restarted from the card in {restarted:.1?}")
    }
}

/// Somebody at the product's chat.
struct Person<'a> {
    sandbox: &'a Sandbox,
    id: TelegramId,
    bot: BotId,
}

impl Person<'_> {
    fn says(&self, text: &str) {
        self.sandbox.telegram().says(self.id, self.bot, text);
    }

    /// Waits for a button and presses it, on the newest message that has it.
    async fn taps(&self, label: &str) {
        let telegram = self.sandbox.telegram();
        let (message, place) = until(&format!("a button {label:?}"), async || {
            telegram.chat(self.id, self.bot).into_iter().rev().find_map(|shown| {
                let rows = shown.buttons.iter().enumerate();
                let mut all = rows.flat_map(|(row, keys)| keys.iter().enumerate().map(move |(column, key)| (row, column, key)));
                let (row, column, _) = all.find(|(_, _, (text, _))| text.contains(label))?;
                Some((shown.message_id, (row, column)))
            })
        })
        .await;
        if let Some(query) = telegram.taps(self.id, self.bot, message, place).query_id() {
            telegram.tap_answered(query).await;
        }
    }

    async fn hears(&self, words: &str) {
        until(&format!("{words:?} in\n{}", self.sandbox.telegram().transcript(self.id, self.bot)), async || {
            let chat = self.sandbox.telegram().chat(self.id, self.bot);
            chat.iter().any(|shown| shown.from_bot && shown.text.contains(words)).then_some(())
        })
        .await;
    }

    /// Makes a bot and hatches a claw in it.
    async fn hatches(&self, username: &str) -> Duration {
        let telegram = self.sandbox.telegram();
        for text in ["/newbot", "Helper", username] {
            telegram.says(self.id, BOTFATHER, text);
        }
        self.says("/start");
        for label in ["Hatch", "gree", "token"] {
            self.taps(label).await;
        }
        self.says(&telegram.bot_by_username(username).expect("BotFather made the bot").token);
        for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
            self.taps(label).await;
        }
        let began = Instant::now();
        self.hears("Your claw is awake").await;
        began.elapsed()
    }
}

/// Every process that was told of a folder.
pub fn told_of(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.display().to_string().into_bytes();
    let names = |place: &PathBuf| {
        let told = ["environ", "cmdline"].into_iter().filter_map(|what| fs::read(place.join(what)).ok());
        told.into_iter().any(|text| text.windows(folder.len()).any(|part| part == folder))
    };
    let all = fs::read_dir("/proc").expect("processes").flatten().map(|entry| entry.path());
    let ours = PathBuf::from(format!("/proc/{}", std::process::id()));
    all.filter(|place| *place != ours && names(place)).collect()
}

/// A claw is hatched in the chat, talks, is restarted from its card, and taken down; and nothing stays behind.
pub async fn live(installed: &Path) -> Measured {
    clawhatch::drivers::http::install_tls();
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("sandbox");
    super::open(folder.path());
    let options = Options {
        listen: "127.0.0.1:0".parse().expect("an address"),
        folder: Some(place.clone()),
        infra: Infra::OpenClaw(Installed { clawnode: env!("CARGO_BIN_EXE_clawnode").into(), openclaw: installed.to_owned() }),
        program: env!("CARGO_BIN_EXE_clawhatch").into(),
    };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    let telegram = sandbox.telegram();
    let product = telegram.bot_by_username("clawhatch_bot").expect("the product's bot").id;
    let (ann, olga) = (Person { sandbox: &sandbox, id: ANN, bot: product }, Person { sandbox: &sandbox, id: OLGA, bot: product });

    let hatched = ann.hatches("anns_helper_bot").await;
    let bot = telegram.bot_by_username("anns_helper_bot").expect("her bot");
    let answer = asks(telegram, ANN, &bot, "I like #kiwi").await;
    assert!(answer.contains("heard: I like #kiwi | remembers: #kiwi"), "{answer}");

    ann.says("/status");
    ann.hears("OpenClaw 2026.9.6, up for").await;
    let began = Instant::now();
    ann.taps("Restart it").await;
    ann.hears("has restarted. It is awake.").await;
    let restarted = began.elapsed();
    let answer = asks(telegram, ANN, &bot, "what do I like?").await;
    assert!(answer.contains("remembers: #kiwi"), "{answer}");

    olga.says("/start");
    olga.says("/deprovision 1001");
    olga.hears("Send me the reason").await;
    olga.says("it was only a try");
    olga.taps("Take down").await;
    ann.hears("An operator took down @anns_helper_bot.").await;
    let claws = place.join("clawnode/claws");
    until("nothing of it is on the host", async || fs::read_dir(&claws).ok()?.next().is_none().then_some(())).await;

    assert!(!told_of(&place).is_empty(), "the sandbox still runs");
    sandbox.end(Duration::ZERO).await.expect("ended");
    assert_eq!(told_of(&place), Vec::<PathBuf>::new(), "no process stays behind");
    Measured { hatched, restarted }
}
