//! Databases of the throw-away PostgreSQL cluster, one for each test.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clawhatch::store::{Db, migrate};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;
use url::Url;

/// Who the tests are at the cluster: the operator's double.
const USER: &str = "clawhatch_tests";

/// A new, empty database of the cluster. A missing cluster fails the test: it is never skipped.
pub async fn postgres_database() -> String {
    make_database("template1").await
}

/// The same with its schema up to date: a copy of one that was brought there once.
pub async fn migrated_database() -> String {
    static PATTERN: OnceCell<String> = OnceCell::const_new();
    let pattern = PATTERN.get_or_init(async || {
        let url = postgres_database().await;
        let db = Db::open(&url).await.expect("the database");
        migrate(&db).await.expect("migrated");
        db.close().await;
        name_of(&Url::parse(&url).expect("the database's URL"))
    });
    make_database(pattern.await).await
}

#[expect(clippy::disallowed_methods, reason = "the test script says where the cluster is")]
async fn make_database(pattern: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    static USER_MADE: OnceCell<()> = OnceCell::const_new();
    let base = std::env::var("CLAWHATCH_TEST_POSTGRES")
        .expect("CLAWHATCH_TEST_POSTGRES is not set: run the tests by scripts/test.sh, which starts a cluster");
    USER_MADE.get_or_init(async || make_user(&base).await).await;
    let mut url = Url::parse(&base).expect("the cluster's URL");
    url.set_username(USER).expect("a user");
    let name = format!("world_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
    let mut cluster = PgConnection::connect(url.as_str()).await.expect("the throw-away cluster");
    let make = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {pattern}"));
    sqlx::query(make).execute(&mut cluster).await.expect("a database of our own");
    cluster.close().await.expect("said goodbye");
    url.set_path(&name);
    url.to_string()
}

fn name_of(url: &Url) -> String {
    url.path().trim_start_matches('/').to_owned()
}

/// Takes a database of a test away again; for tests that need very many.
pub async fn drop_database(url: &str) {
    let mut url = Url::parse(url).expect("the database's URL");
    let name = name_of(&url);
    url.set_path("postgres");
    let mut cluster = PgConnection::connect(url.as_str()).await.expect("the throw-away cluster");
    let text = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    sqlx::query(text).execute(&mut cluster).await.expect("a database taken away");
    cluster.close().await.expect("said goodbye");
}

/// Makes the user of the tests, with the password of the cluster's own. To prove a password takes 4,096 rounds of a hash,
/// which a debug build does a hundred times slower than what ships, on each of thousands of connections: here it takes one.
async fn make_user(base: &str) {
    let url = Url::parse(base).expect("the cluster's URL");
    let hash = |key: &[u8], text: &[u8]| {
        let mut hash = Hmac::<Sha256>::new_from_slice(key).expect("any key will do");
        hash.update(text);
        hash.finalize().into_bytes()
    };
    let salt = b"of the throw-away cluster";
    let salted = hash(url.password().expect("a password").as_bytes(), &[salt.as_slice(), &1_u32.to_be_bytes()].concat());
    let stored = Sha256::digest(hash(&salted, b"Client Key"));
    let server = hash(&salted, b"Server Key");
    let [salt, stored, server] = [salt.as_slice(), &stored, &server].map(|bytes| BASE64.encode(bytes));
    let verifier = format!("SCRAM-SHA-256$1:{salt}${stored}:{server}");
    let mut cluster = PgConnection::connect(base).await.expect("the throw-away cluster");
    let make = format!("CREATE ROLE {USER} SUPERUSER LOGIN PASSWORD '{verifier}'");
    if let Err(error) = sqlx::query(AssertSqlSafe(make)).execute(&mut cluster).await {
        // Another program of tests made it, or makes it just now.
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        assert!(["42710", "23505"].contains(&code.as_str()), "a user of the tests: {error}");
    }
    cluster.close().await.expect("said goodbye");
}
