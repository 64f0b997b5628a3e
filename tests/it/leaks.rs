//! Over the whole suite: the secrets of every world are canaries. Everything any part of the product or of its libraries
//! tells is listened to, down to TRACE and before the last net of the logs; and when a world ends, its database and what
//! was said in its chats are looked through. A secret anywhere fails the test.

use std::{
    io::Write,
    sync::{Mutex, Once, PoisonError},
};

use clawhatch::domain::bot_token::find_tokens;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::world::World;

/// Stands in every secret that may be chosen.
const CANARY: &str = "CANARY";

/// Lines in which a secret was heard.
static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Listens to every log line that is not written anywhere.
#[derive(Clone, Copy)]
struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        if text.contains(CANARY) || !find_tokens(&text).is_empty() {
            HEARD.lock().unwrap_or_else(PoisonError::into_inner).push(text.into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Ear {
    type Writer = Ear;
    fn make_writer(&'a self) -> Ear {
        Ear
    }
}

/// Begins to listen, once.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Ear);
        tracing_subscriber::registry().with(LevelFilter::TRACE).with(layer).init();
    });
}

/// Looks through what a world leaves behind.
pub fn look_through(w: &World) {
    // A test that fails shows its own reason.
    if std::thread::panicking() {
        return;
    }
    let heard = std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(heard.is_empty(), "secrets were told to the log, by this test or one beside it: {heard:#?}");
    let mut secrets: Vec<String> =
        w.telegram.bots().into_iter().map(|bot| half(&bot.token)).filter(|half| half.len() > 30).collect();
    secrets.extend([CANARY.to_owned(), half(w.settings.encryption_keys.expose())]);
    for (who, _) in w.telegram.people() {
        for said in w.telegram.chat_with_deleted(who, w.bot.id).into_iter().filter(|said| said.from_bot) {
            let said = format!("{said:?}");
            assert!(!secrets.iter().any(|secret| said.contains(secret)), "we said a secret: {said}");
        }
    }
    for text in everything_in(&w.database_url) {
        for secret in &secrets {
            // PostgreSQL writes bytes as hexadecimal digits.
            for form in [secret.clone(), hex::encode(secret)] {
                let at = text.find(&form);
                assert!(
                    at.is_none(),
                    "a secret stands in the database: {:?}",
                    at.map(|at| text[..at].chars().rev().take(200).collect::<String>())
                );
            }
        }
    }
}

/// A token without its number, a key without its name.
fn half(secret: &str) -> String {
    secret.split_once(':').map_or(secret, |(_, half)| half).to_owned()
}

/// Every byte of a SQLite file and its log, or every row of PostgreSQL, as text.
fn everything_in(database_url: &str) -> Vec<String> {
    if let Some(path) = database_url.strip_prefix("sqlite:") {
        let files = ["", "-wal"].map(|end| std::fs::read(format!("{path}{end}")).unwrap_or_default());
        return files.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    }
    let url = database_url.to_owned();
    let look = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            // A test may have taken the database away altogether.
            let Ok(mut connection) = PgConnection::connect(&url).await else { return Vec::new() };
            let tables = "SELECT COALESCE(string_agg(format('SELECT string_agg(t::text, chr(10)) FROM %I t', table_name), ' UNION ALL '), 'SELECT NULL') \
                          FROM information_schema.tables WHERE table_schema = 'public'";
            let all: String = sqlx::query_scalar(tables).fetch_one(&mut connection).await.expect("the tables");
            let rows: Vec<Option<String>> = sqlx::query_scalar(AssertSqlSafe(all)).fetch_all(&mut connection).await.expect("every row");
            rows.into_iter().flatten().collect()
        })
    });
    look.join().expect("a look")
}
