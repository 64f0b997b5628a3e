//! Every secret is a canary, everything that can go wrong does, and the program tells all it can (TRACE, of every
//! library too). Afterwards none of them is found anywhere it does not belong: not in what any process said, in any
//! value or byte of the database, in a chat, in what it serves, or in /proc.

use std::{collections::BTreeMap, path::Path};

use clawhatch::{
    domain::{
        bot_token::find_tokens,
        ids::{ChatId, TelegramId},
    },
    drivers::vault::generate_key,
    sandbox::{
        infra::Fault,
        telegram::{BOTFATHER, Forward, Kind},
    },
};
use serde_json::json;

use super::{
    Around, Process, until,
    webhooks::{SECRET, with_webhook},
};
use crate::{
    cluster::{Cluster, PASSWORD},
    world::On,
};

/// A token of the right form that Telegram does not know.
const UNKNOWN: &str = "987654321:AACANARYCANARYCANARYCANARYCANARYCAN";
const SECRETS_IN_FILES: [&str; 6] =
    ["TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "DATABASE_URL", "INFRA_API_KEY", "AI_GATEWAY_API_KEY", "ENCRYPTION_KEYS"];

/// Every secret there is, by what it is, in the forms in which somebody would look for it.
struct Canaries(BTreeMap<String, Vec<String>>);

/// Each byte as one character, so that the library's fast search for texts serves for bytes.
fn as_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

impl Canaries {
    fn none() -> Canaries {
        Canaries(BTreeMap::new())
    }

    fn add(&mut self, what: &str, secret: &str) {
        // A token's number and a key's name are public.
        let secret = secret.split_once(':').map_or(secret, |(_, half)| half);
        let mut forms = vec![secret.to_owned(), hex::encode(secret)];
        if let Ok(bytes) = hex::decode(secret) {
            forms.extend([secret.to_uppercase(), as_text(&bytes)]);
        }
        self.0.entry(what.to_owned()).or_default().extend(forms);
    }

    /// The token of every bot there is.
    fn add_tokens(&mut self, around: &Around) {
        for bot in around.telegram.bots().into_iter().filter(|bot| bot.token.len() > 30) {
            self.add(&format!("the token of @{}", bot.username), &bot.token);
        }
    }

    /// Fails when any of them stands there.
    fn stand_in(&self, place: &str, bytes: &[u8]) {
        let text = as_text(bytes);
        for (what, forms) in &self.0 {
            for form in forms {
                if let Some(at) = text.find(form.as_str()) {
                    let before: String = text[..at].chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
                    panic!("{what} stands in {place}:\n…{before}«…»");
                }
            }
        }
    }
}

/// Moves every secret from the environment into a file, as the documentation advises.
fn put_secrets_into_files(around: &mut Around) {
    let folder = around.folder.path().join("secrets");
    std::fs::create_dir(&folder).expect("a folder");
    for name in SECRETS_IN_FILES {
        let Some(secret) = around.names.remove(name) else { continue };
        let file = folder.join(name);
        std::fs::write(&file, &secret).expect("a file");
        around.set(&format!("{name}_FILE"), file.to_str().expect("text"));
    }
}

/// What the system tells of a running process.
fn proc_tells_nothing(canaries: &Canaries, process: &Process) {
    for file in ["cmdline", "environ", "comm", "status", "mountinfo", "limits"] {
        let told = std::fs::read(format!("/proc/{}/{file}", process.id())).expect("what /proc tells");
        canaries.stand_in(&format!("/proc/PID/{file}"), &told);
    }
}

/// Everything any process of this world has said.
fn all_said(around: &Around) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(around.folder.path()).expect("the folder");
    let said = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("said-")));
    said.map(|path| (path.display().to_string(), std::fs::read(&path).expect("what it said"))).collect()
}

/// The bytes of every file below.
fn all_files(folder: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            all_files(&path, each);
        } else if let Ok(bytes) = std::fs::read(&path) {
            each(&path, &bytes);
        }
    }
}

/// What people and admins do, well and by mistake, while everything fails in turn.
async fn a_bad_day(around: &Around) {
    let telegram = &around.telegram;
    let bot = around.bot.id;
    let (admin, eve, kim) = (TelegramId(9001), TelegramId(1005), TelegramId(1006));
    for (who, name) in [(admin, "Olga"), (eve, "Eve"), (kim, "Kim")] {
        telegram.add_person(who, name, None, None, Some("en"));
        telegram.says(who, bot, "/start");
        around.hears(who, "assistant").await;
    }
    // A whole walk with a token that is pasted, and one in one tap.
    let ann = around.hatches(1001, "anns_helper_bot").await;
    around.hears(ann, "Your claw is awake").await;
    let bob = TelegramId(1002);
    telegram.add_person(bob, "Bob", None, None, Some("en"));
    telegram.says(bob, bot, "/hatch");
    around.taps(bob, "I agree").await;
    let link = || {
        let chat = telegram.chat(bob, bot);
        chat.iter().rev().flat_map(|shown| shown.buttons.iter().flatten()).find_map(|(text, kind)| match kind {
            Kind::Url(url) if text.contains("Create it in one tap") => Some(url.clone()),
            Kind::Url(_) | Kind::Tap(_) | Kind::Copy(_) | Kind::Other(_) => None,
        })
    };
    until("the link to make one", async || link().is_some()).await;
    let url = link().expect("it was there");
    telegram.opens_newbot_link_as(bob, &url, "Bob's helper", "bobs_helper_bot").expect("made");
    for label in ["Use this bot", "Gemini 3 Flash", "Only me", "Start 48"] {
        around.taps(bob, label).await;
    }
    around.hears(bob, "Your claw is awake").await;
    let token = telegram.bot_by_username("anns_helper_bot").expect("her bot").token;
    // Tokens where they do not belong: of nobody, of somebody else, edited, forwarded, in a group, with an admin's command.
    for said in [
        UNKNOWN,
        &format!("my token is {UNKNOWN}!"),
        &format!("/start {UNKNOWN}"),
        &format!("/provision 1001 {UNKNOWN} 30"),
        &token,
    ] {
        telegram.says(eve, bot, said);
        telegram.says(admin, bot, said);
    }
    let message = telegram.says(kim, bot, "wait");
    telegram.edits(kim, bot, message, UNKNOWN);
    telegram.forwards(kim, bot, Forward::User { id: ann, first_name: token.clone(), username: None, is_bot: false }, &token);
    telegram.add_group(ChatId(-77), "Friends");
    telegram.adds_bot_to(kim, bot, ChatId(-77));
    telegram.says_in_group(kim, ChatId(-77), UNKNOWN);
    telegram.says_raw(
        bot,
        json!({ "message": { "message_id": 7, "caption": UNKNOWN, "date": 1,
        "from": { "id": 1006, "is_bot": false, "first_name": UNKNOWN }, "chat": { "id": 1006, "type": "private" } } }),
    );
    telegram.says_raw(bot, json!({ "something_new": { "text": UNKNOWN } }));
    for command in ["/hatch", "/provision 1001 sonnet 30", "/fleet", "/user 1001", "/nonsense"] {
        telegram.says(admin, bot, command);
    }
    // The infra: not let in, broken, in riddles, without end, without a word.
    let faults = [
        (Fault::Failed, 401),
        (Fault::Failed, 500),
        (Fault::Garbled, 0),
        (Fault::Bloated, 0),
        (Fault::Lost, 0),
        (Fault::Hung, 0),
    ];
    for (number, (fault, status)) in (1010..).zip(faults) {
        if fault == Fault::Failed {
            around.infra.fail_next(1, status);
        } else {
            around.infra.fault_next(1, fault);
        }
        let before = around.infra.struck(fault);
        around.hatches(number, &format!("helper{number}_bot")).await;
        until(&format!("{fault:?} {status} struck"), async || around.infra.struck(fault) > before).await;
    }
    // Telegram: busy, broken, without an answer, and not knowing our token for a while.
    telegram.break_things(|faults| (faults.rate_limit_next, faults.fail_next, faults.lose_answers) = (Some((None, 1)), 4, 3));
    telegram.says(eve, bot, "/start");
    telegram.says(eve, bot, UNKNOWN);
    until("Telegram failed", async || telegram.hits().failed >= 4 && telegram.hits().answers_lost >= 3).await;
    telegram.break_things(|faults| (faults.token_dead, faults.fail_status) = (Some(bot), Some(500)));
    telegram.says(eve, bot, "/help");
    until("our token is not known", async || telegram.hits().token_dead > 0).await;
    telegram.break_things(|faults| *faults = clawhatch::sandbox::telegram::Faults::default());
    // Somebody at our door who does not know the secret, and one who knows half of it.
    for secret in ["", &SECRET[1..]] {
        let call =
            reqwest::Client::new().post(around.url("LISTEN_ADDR", "/telegram")).header("x-telegram-bot-api-secret-token", secret);
        drop(call.body(UNKNOWN).send().await);
    }
}

/// Looks everywhere.
async fn nothing_is_found(around: &Around, canaries: &Canaries, database_url: &str) {
    for (file, said) in all_said(around) {
        canaries.stand_in(&file, &said);
    }
    let traced: usize = all_said(around).iter().map(|(_, said)| as_text(said).matches("TRACE").count()).sum();
    assert!(traced > 500, "it did not tell all it could: {traced}");
    for (place, value) in crate::rows::every_value(database_url).await {
        canaries.stand_in(&place, &value);
    }
    let telegram = &around.telegram;
    for (who, name) in telegram.people() {
        // What people type in their own chats is theirs; what we say there, and what stands in anybody else's, is not.
        let ours: Vec<String> = telegram
            .chat_with_deleted(who, around.bot.id)
            .iter()
            .filter(|shown| shown.from_bot)
            .map(|shown| format!("{shown:?}"))
            .collect();
        for said in &ours {
            canaries.stand_in(&format!("the chat with {name}"), said.as_bytes());
            assert_eq!(find_tokens(said).len(), 0, "{said}");
        }
        for toast in telegram.toasts(who) {
            canaries.stand_in(&format!("a toast for {name}"), toast.text.as_bytes());
        }
    }
    canaries.stand_in(
        "the group",
        format!("{:?}", telegram.group_chat(ChatId(-77)).iter().filter(|shown| shown.from_bot).collect::<Vec<_>>()).as_bytes(),
    );
    assert!(
        telegram
            .chat(TelegramId(1001), BOTFATHER)
            .iter()
            .any(|shown| shown.text.contains(&telegram.bot_by_username("anns_helper_bot").expect("her bot").token)),
        "it can be found where it is"
    );
}

async fn canaries_of(around: &Around) -> Canaries {
    let mut canaries = Canaries::none();
    for name in SECRETS_IN_FILES {
        if let Some(secret) = around.names.get(name).filter(|_| name != "DATABASE_URL") {
            canaries.add(name, secret);
        }
    }
    canaries.add("a token nobody knows", UNKNOWN);
    canaries
}

async fn serves_nothing(around: &Around, canaries: &Canaries) {
    for (name, path) in [
        ("LISTEN_ADDR", "/healthz"),
        ("LISTEN_ADDR", "/readyz"),
        ("LISTEN_ADDR", "/telegram"),
        ("LISTEN_ADDR", "/nowhere"),
        ("METRICS_ADDR", "/metrics"),
    ] {
        let (_, body) = around.get(name, path).await.expect("an answer");
        canaries.stand_in(path, body.as_bytes());
    }
}

/// The shell, at its most talkative, with good settings and with bad ones.
async fn operates(around: &mut Around, canaries: &mut Canaries) {
    let old = std::fs::read_to_string(&around.names["ENCRYPTION_KEYS_FILE"]).expect("the keys");
    let new = format!("k2:{}", generate_key());
    canaries.add("the new key", &new);
    std::fs::write(&around.names["ENCRYPTION_KEYS_FILE"], format!("{new},{old}")).expect("both keys");
    for (arguments, code) in [(&["check"][..], 0), (&["migrate"], 0), (&["keys", "rotate"], 0), (&["audit", "verify"], 0)] {
        let told = around.shell(arguments).await;
        assert_eq!(told.code, Some(code), "{arguments:?} {}", told.text.lines().last().unwrap_or_default());
    }
    let good = around.names.clone();
    for (name, wrong) in [
        ("DATABASE_URL_FILE", "postgres://u:CANARY-password@127.0.0.1:1/x"),
        ("ENCRYPTION_KEYS_FILE", "k7:CANARY"),
        ("TELEGRAM_BOT_TOKEN_FILE", UNKNOWN),
        ("INFRA_API_KEY_FILE", "CANARY key with blanks"),
        ("TELEGRAM_WEBHOOK_SECRET_FILE", "CANARY"),
    ] {
        canaries.add(&format!("a wrong {name}"), wrong);
        let file = around.folder.path().join("secrets").join(format!("wrong-{name}"));
        std::fs::write(&file, wrong).expect("a file");
        around.set(name, file.to_str().expect("text"));
        for command in ["run", "check"] {
            let told = around.shell(&[command]).await;
            assert!(told.code.is_some_and(|code| code > 0), "{name} {command}: {}", told.text.lines().last().unwrap_or_default());
        }
        around.names.clone_from(&good);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canaries_are_found_nowhere_on_postgres() {
    let cluster = Cluster::start().await;
    let mut around = with_webhook(On::Sqlite).await;
    let url = cluster.url();
    let mut canaries = canaries_of(&around).await;
    canaries.add("the password of the database", PASSWORD);
    around.set("DATABASE_URL", &url);
    around.set("RUST_LOG", "trace");
    around.set("INFRA_PROVISION_TIMEOUT", "2");
    put_secrets_into_files(&mut around);
    let running = around.start(&["run"]);
    around.is_ready().await;
    proc_tells_nothing(&canaries, &running);
    a_bad_day(&around).await;
    // The database goes away and comes back.
    cluster.goes_away();
    around.telegram.says(TelegramId(1005), around.bot.id, UNKNOWN);
    until("it is missed", async || around.get("LISTEN_ADDR", "/readyz").await.is_some_and(|(status, _)| status == 503)).await;
    canaries.add_tokens(&around);
    serves_nothing(&around, &canaries).await;
    cluster.comes_back();
    around.is_ready().await;
    serves_nothing(&around, &canaries).await;
    proc_tells_nothing(&canaries, &running);
    running.stops().await;
    operates(&mut around, &mut canaries).await;
    nothing_is_found(&around, &canaries, &url).await;
    cluster.goes_away();
    let mut files = 0;
    all_files(&cluster.data(), &mut |path, bytes| {
        files += 1;
        canaries.stand_in(&path.display().to_string(), bytes);
    });
    assert!(files > 500, "the files of the cluster: {files}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn canaries_are_found_nowhere_on_sqlite() {
    let mut around = with_webhook(On::Sqlite).await;
    let url = around.names["DATABASE_URL"].clone();
    let mut canaries = canaries_of(&around).await;
    around.set("RUST_LOG", "trace");
    around.set("LOG_FORMAT", "json");
    around.set("INFRA_PROVISION_TIMEOUT", "2");
    put_secrets_into_files(&mut around);
    let running = around.start(&["run"]);
    around.is_ready().await;
    a_bad_day(&around).await;
    canaries.add_tokens(&around);
    serves_nothing(&around, &canaries).await;
    proc_tells_nothing(&canaries, &running);
    let file = url.trim_start_matches("sqlite:").to_owned();
    let on_disk = |canaries: &Canaries| {
        for end in ["", "-wal", "-shm"] {
            let bytes = std::fs::read(format!("{file}{end}")).unwrap_or_default();
            canaries.stand_in(&format!("the file{end}"), &bytes);
        }
    };
    // Killed, it leaves its log behind as it was.
    running.dies().await;
    assert!(std::fs::metadata(format!("{file}-wal")).expect("the log").len() > 0);
    on_disk(&canaries);
    let running = around.start(&["run"]);
    around.is_ready().await;
    running.stops().await;
    operates(&mut around, &mut canaries).await;
    on_disk(&canaries);
    nothing_is_found(&around, &canaries, &url).await;
}
