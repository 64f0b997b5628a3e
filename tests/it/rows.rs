//! Looking into the database of a world, and breaking it, by plain SQL; and texts with what is random taken out.

use crate::world::World;

impl World {
    /// Changes rows by hand, as a test that breaks something does.
    pub async fn sql(&self, text: &str) -> u64 {
        run(&self.database_url, text).await
    }

    /// The first column, which must be text, of whatever this selects.
    pub async fn texts(&self, select: &str) -> Vec<String> {
        texts_of(&self.database_url, select).await
    }

    /// Every value of every column of every table, as `table.column` and its bytes.
    pub async fn every_value(&self) -> Vec<(String, Vec<u8>)> {
        every_value(&self.database_url).await
    }

    /// How many times something was done, by the audit trail.
    pub async fn audited(&self, action: &str) -> usize {
        self.texts(&format!("SELECT id FROM audit WHERE action = '{action}'")).await.len()
    }
}

/// Changes that database by hand.
pub async fn run(database_url: &str, text: &str) -> u64 {
    let text = sqlx::AssertSqlSafe(text.to_owned());
    if database_url.starts_with("sqlite:") {
        let pool = sqlx::SqlitePool::connect(database_url).await.expect("the database");
        let done = sqlx::query(text).execute(&pool).await.expect("a statement").rows_affected();
        pool.close().await;
        return done;
    }
    let pool = sqlx::PgPool::connect(database_url).await.expect("the database");
    let done = sqlx::query(text).execute(&pool).await.expect("a statement").rows_affected();
    pool.close().await;
    done
}

/// The first column, which must be text, of whatever this selects from that database.
pub async fn texts_of(database_url: &str, select: &str) -> Vec<String> {
    let text = sqlx::AssertSqlSafe(select.to_owned());
    if database_url.starts_with("sqlite:") {
        let pool = sqlx::SqlitePool::connect(database_url).await.expect("the database");
        let found = sqlx::query_scalar(text).fetch_all(&pool).await.expect("rows");
        pool.close().await;
        return found;
    }
    let pool = sqlx::PgPool::connect(database_url).await.expect("the database");
    let found = sqlx::query_scalar(text).fetch_all(&pool).await.expect("rows");
    pool.close().await;
    found
}

/// Every value of every column of every table, as `table.column` and its bytes.
pub async fn every_value(database_url: &str) -> Vec<(String, Vec<u8>)> {
    let sqlite = database_url.starts_with("sqlite:");
    let columns = if sqlite {
        "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    } else {
        "SELECT table_name || '.' || column_name || CASE data_type WHEN 'bytea' THEN '!' ELSE '' END \
         FROM information_schema.columns WHERE table_schema = 'public'"
    };
    let mut values = Vec::new();
    for column in texts_of(database_url, columns).await {
        let place = column.trim_end_matches('!').to_owned();
        let (table, name) = place.split_once('.').expect("a table and a column");
        let bytes = match (sqlite, column.ends_with('!')) {
            (true, _) => format!("hex(CAST(\"{name}\" AS BLOB))"),
            (false, true) => format!("encode(\"{name}\", 'hex')"),
            (false, false) => format!("encode(convert_to(\"{name}\"::text, 'UTF8'), 'hex')"),
        };
        for value in texts_of(database_url, &format!("SELECT {bytes} FROM {table} WHERE \"{name}\" IS NOT NULL")).await {
            values.push((place.clone(), hex::decode(value).expect("hexadecimal digits")));
        }
    }
    values
}

/// A text with incident codes and row ids, which are random, replaced by what they are.
pub fn masked(text: &str) -> String {
    let is_code = |word: &str| {
        word.len() == 6 && word.as_bytes()[3] == b'-' && word.bytes().all(|b| b == b'-' || b.is_ascii_alphanumeric())
    };
    let is_row = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    let mut out = String::new();
    for piece in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let word = piece.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let after = &piece[word.len()..];
        out.push_str(if is_row(word) {
            "ROW"
        } else if is_code(word) && word == word.to_uppercase() {
            "CODE"
        } else {
            word
        });
        out.push_str(after);
    }
    out
}
