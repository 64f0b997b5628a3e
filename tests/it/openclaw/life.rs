//! The life of two claws beside each other, from the first start to the return from a backup. The same story is lived
//! with the stand-in for a gateway and with the real OpenClaw: what it says holds for both, or the stand-in lies.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use clawhatch::{
    domain::{ids::TelegramId, secret::Secret},
    drivers::{
        http,
        vault::{KeyRing, Place, Vault, generate_key},
    },
    node::{
        cell::Paths,
        openclaw::{OpenClaw, OpenClawSettings},
        spec::Change,
    },
    sandbox::{model::Model, telegram::Telegram},
};

use super::{
    answers,
    claw::{Bench, Claw, asks, order, said_by, until},
};

pub const ANN: TelegramId = TelegramId(1001);
pub const BOB: TelegramId = TelegramId(1002);
pub const CY: TelegramId = TelegramId(1003);

/// What was measured on the way.
pub struct Measured {
    first_start: Duration,
    second_start: Duration,
    pub idle_mb: u64,
    backup: Duration,
    archive_kb: u64,
}

impl Measured {
    /// The figures, for people.
    pub fn told(&self) -> String {
        let Measured { first_start, second_start, idle_mb, backup, archive_kb } = self;
        format!(
            "first start to ready {first_start:.1?}, restored to ready {second_start:.1?}, {idle_mb} MB (PSS) at rest, \
             backup {backup:.1?} of {archive_kb} KB"
        )
    }
}

/// Telegram, with a few people in it.
pub fn telegram() -> Telegram {
    http::install_tls();
    let clock = clawhatch::drivers::clock::Clock::system();
    let telegram = Telegram::start(Arc::new(move || clock.now().0)).expect("a stand-in");
    for (id, name) in [(ANN, "Ann"), (BOB, "Bob"), (CY, "Cy")] {
        telegram.add_person(id, name, None, None, Some("en"));
    }
    telegram
}

pub fn openclaw(installed: &Path, telegram: &Telegram, model: &Model) -> OpenClaw {
    let settings = OpenClawSettings { dir: installed.to_owned(), telegram_api_url: telegram.url(), model_url: Some(model.url()) };
    OpenClaw::new(settings).expect("an installed OpenClaw")
}

/// Lives it all.
pub async fn live(installed: &Path) -> Measured {
    let folder = tempfile::tempdir().expect("a folder");
    let (telegram, model) = (telegram(), Model::start().expect("a stand-in"));
    let openclaw = openclaw(installed, &telegram, &model);
    let [bot, other_bot, new_bot] =
        ["anns_claw_bot", "bobs_claw_bot", "anns_new_bot"].map(|name| telegram.add_bot(name, name, false));
    let mut claw = Claw::new(folder.path(), "anns", order(&bot, &[ANN, CY]));
    let mut other = Claw::new(folder.path(), "bobs", order(&other_bot, &[BOB]));

    let began = Instant::now();
    claw.start(&openclaw).await;
    claw.is_ready(&openclaw).await;
    let first_start = began.elapsed();
    let idle_mb = claw.memory_mb();
    answers::hold_against(&claw.cell, &bot).await;
    claw.follows(&openclaw, Change { telegram_allow_from: Some(vec![ANN.0.to_string()]), ..Change::default() }).await;
    other.start(&openclaw).await;
    other.is_ready(&openclaw).await;

    let answer = asks(&telegram, ANN, &bot, "I like #kiwi").await;
    assert!(answer.contains("vendor/model-1") && answer.contains("remembers: #kiwi"), "{answer}");
    assert!(model.asked().last().expect("asked").system.contains("You are Claw"), "its soul goes along");
    telegram.says(BOB, bot.id, "I am #nobody here");

    let change = Change { model: Some("vendor/model-2".into()), ..Change::default() };
    claw.follows(&openclaw, change).await;
    let answer = asks(&telegram, ANN, &bot, "and #plum").await;
    assert!(answer.contains("vendor/model-2") && answer.contains("remembers: #kiwi #plum"), "{answer}");
    assert_eq!(said_by(&telegram, BOB, &bot), Vec::<String>::new(), "a stranger is not answered");

    let people = vec![ANN.0.to_string(), BOB.0.to_string()];
    claw.follows(&openclaw, Change { telegram_allow_from: Some(people), ..Change::default() }).await;
    let answer = asks(&telegram, BOB, &bot, "I like #fig").await;
    assert!(answer.contains("#fig") && !answer.contains("#kiwi"), "everybody has a conversation of their own: {answer}");
    claw.follows(&openclaw, Change { telegram_allow_from: Some(vec![ANN.0.to_string()]), ..Change::default() }).await;

    openclaw.set_listening(&claw.cell, false).await.expect("paused");
    let before = said_by(&telegram, ANN, &bot).len();
    telegram.says(ANN, bot.id, "and #lime");
    let answer = asks(&telegram, BOB, &other_bot, "mine is #sloe").await;
    assert!(answer.contains("vendor/model-1") && answer.contains("remembers: #sloe"), "the other claw is as it was: {answer}");
    assert_eq!(said_by(&telegram, ANN, &bot).len(), before, "a paused claw says nothing");
    openclaw.set_listening(&claw.cell, true).await.expect("resumed");
    let answer = until("the message that waited", async || said_by(&telegram, ANN, &bot).get(before).cloned()).await;
    assert!(answer.contains("#kiwi #plum #lime"), "{answer}");

    model.takes_only(&["sk-first-key-of-the-claw", "sk-second-key-of-the-claw"]);
    let change = Change {
        telegram_bot_token: Some(Secret::new(new_bot.token.clone())),
        ai_gateway_key: Some(Secret::new("sk-second-key-of-the-claw".into())),
        ..Change::default()
    };
    claw.follows(&openclaw, change).await;
    model.takes_only(&["sk-second-key-of-the-claw"]);
    for word in ["#pear", "#date", "#nut"] {
        // Every bot counts its messages from one: the first of a new one must not be taken for old ones.
        let answer = asks(&telegram, ANN, &new_bot, word).await;
        assert!(answer.contains("#kiwi") && answer.contains(word), "{answer}");
    }
    model.takes_only(&["sk-first-key-of-the-claw", "sk-second-key-of-the-claw"]);

    let usage = until("what was used", async || {
        let usage = openclaw.usage(&claw.cell).await.expect("usage");
        (!usage.refreshing && usage.input_tokens > 0).then_some(usage)
    })
    .await;
    assert!(usage.output_tokens > 0, "{usage:?}");

    let began = Instant::now();
    let archive = openclaw.backup(&Bench, &claw.spec, &claw.cell).await.expect("a backup");
    let backup = began.elapsed();
    let archive_kb = fs::metadata(&archive).expect("a file").len() / 1024;
    let ring = KeyRing::parse(&format!("a:{}", generate_key())).expect("a ring");
    let (vault, place) = (Vault::new(ring), Place { table: "backups", column: "archive", owner: "anns".into() });
    let kept = folder.path().join("kept");
    vault.seal_file(&archive, &kept, &place).expect("sealed");
    let answer = asks(&telegram, ANN, &new_bot, "after it came #leek").await;
    assert!(answer.contains("#leek"), "it goes on while it is backed up: {answer}");
    assert!(claw.stop().await.success(), "{}", claw.log());
    fs::remove_dir_all(&claw.cell.paths.dir).expect("destroyed");

    let fresh = folder.path().join("anns.fresh");
    fs::create_dir(&fresh).expect("a folder");
    for folder in Paths::below(&claw.cell.paths.dir).folders() {
        fs::create_dir_all(folder).expect("a folder");
    }
    let opened = folder.path().join("opened.tar.gz");
    vault.open_file(&kept, &opened, &place).expect("opened");
    openclaw.restore(&Bench, &claw.spec, &claw.cell, &opened, &fresh).await.expect("restored");
    fs::remove_dir_all(&claw.cell.paths.dir).expect("removed");
    fs::rename(&fresh, &claw.cell.paths.dir).expect("put in place");
    let began = Instant::now();
    claw.start(&openclaw).await;
    claw.is_ready(&openclaw).await;
    let second_start = began.elapsed();
    let answer = asks(&telegram, ANN, &new_bot, "what do I like?").await;
    assert!(answer.contains("#kiwi #plum #lime #pear") && !answer.contains("#leek"), "{answer}");

    let damaged = folder.path().join("damaged.tar.gz");
    let mut bytes = fs::read(&opened).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle..].iter_mut().take(200).for_each(|byte| *byte ^= 0x5a);
    fs::write(&damaged, bytes).expect("written");
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    let told = openclaw.restore(&Bench, &claw.spec, &claw.cell, &damaged, &empty).await.expect_err("a damaged archive");
    assert!(told.to_string().contains("cannot be restored"), "{told}");
    assert_eq!(fs::read_dir(&empty).expect("a folder").count(), 0, "nothing of it is left");

    let answer = asks(&telegram, BOB, &other_bot, "still there?").await;
    assert!(answer.contains("vendor/model-1") && answer.contains("remembers: #sloe"), "{answer}");
    for mut claw in [claw, other] {
        assert!(claw.stop().await.success(), "{}", claw.log());
    }
    Measured { first_start, second_start, idle_mb, backup, archive_kb }
}
