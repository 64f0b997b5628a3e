//! Looking closely: what one person sees now, what a button carries, what stands in the database, what Telegram refused.

use clawhatch::{
    domain::ids::MessageId,
    sandbox::telegram::{Kind, TapResult},
};

use crate::world::{Someone, World};

/// The columns that keep what came in, went out or happened.
const TEXTS: &[(&str, &str)] = &[
    ("inbox", "body"),
    ("outbox", "notice"),
    ("outbox", "once"),
    ("persons", "desk"),
    ("persons", "name"),
    ("persons", "came_with"),
    ("bots", "name"),
    ("bots", "access"),
    ("claws", "spec"),
    ("claws", "seen"),
    ("audit", "action"),
    ("audit", "detail"),
    ("incidents", "doing"),
    ("incidents", "chain"),
    ("alerts", "alert"),
    ("confirmations", "act"),
];

impl World {
    /// The only column of whatever `sql` selects, as text.
    pub async fn query(&self, sql: &str) -> Vec<String> {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        if self.database_url.starts_with("sqlite:") {
            let pool = sqlx::SqlitePool::connect(&self.database_url).await.expect("the database");
            sqlx::query_scalar(sql).fetch_all(&pool).await.expect("rows")
        } else {
            let pool = sqlx::PgPool::connect(&self.database_url).await.expect("the database");
            sqlx::query_scalar(sql).fetch_all(&pool).await.expect("rows")
        }
    }

    /// What stands in one column, as text.
    pub async fn column(&self, table: &str, column: &str) -> Vec<String> {
        let read = match (column, self.database_url.starts_with("sqlite:")) {
            // Bodies are bytes.
            ("body", false) => "encode(body, 'escape')".to_owned(),
            _ => format!("CAST({column} AS TEXT)"),
        };
        self.query(&format!("SELECT {read} FROM {table} WHERE {column} IS NOT NULL")).await
    }

    /// Where in the database a text stands.
    pub async fn places_of(&self, needle: &str) -> Vec<String> {
        let mut places = Vec::new();
        for (table, column) in TEXTS {
            let found = self.column(table, column).await.iter().any(|text| text.contains(needle));
            places.extend(found.then(|| format!("{table}.{column}")));
        }
        places
    }

    /// How many rows a table holds.
    pub async fn count(&self, table: &str) -> usize {
        self.query(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await[0].parse().expect("a number")
    }

    /// How often something was noted in the audit trail.
    pub async fn noted(&self, action: &str) -> usize {
        self.column("audit", "action").await.iter().filter(|noted| *noted == action).count()
    }

    /// What Telegram has refused so far, in its words. A screen it could not read would be here; one that is drawn as it
    /// stands already is no harm.
    pub fn refused_by_telegram(&self) -> Vec<String> {
        let refused = self.telegram.journal().into_iter().filter(|call| call.status != 200);
        let refused = refused.filter(|call| !call.answer["description"].as_str().unwrap_or_default().contains("is not modified"));
        refused.map(|call| format!("{}: {}", call.method, call.answer["description"].as_str().unwrap_or_default())).collect()
    }
}

impl Someone<'_> {
    /// The newest message of our bot and its buttons, as this person sees them.
    pub fn sees(&self) -> String {
        let Some(shown) = self.world.telegram.last_from_bot(self.id, self.bot()) else { return String::new() };
        let rows =
            shown.buttons.iter().map(|row| row.iter().map(|(label, _)| format!("[ {label} ]")).collect::<Vec<_>>().join(" "));
        std::iter::once(shown.text.clone()).chain(rows).collect::<Vec<_>>().join("\n")
    }

    /// Where a button is that so reads, in the newest message that has it, and what it does.
    pub fn button(&self, label: &str) -> (MessageId, Kind) {
        let chat = self.world.telegram.chat(self.id, self.bot());
        let found = chat.iter().rev().find_map(|shown| {
            let button = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label))?;
            Some((shown.message_id, button.1.clone()))
        });
        found.unwrap_or_else(|| panic!("nobody shows a button {label:?} in:\n{}", self.chat()))
    }

    /// The same for a button that asks our bot something: what it carries.
    pub fn data(&self, label: &str) -> (MessageId, String) {
        match self.button(label) {
            (message, Kind::Tap(data)) => (message, data),
            (_, other) => panic!("{label:?} does not ask our bot: {other:?}"),
        }
    }

    /// The address a button opens.
    pub fn link(&self, label: &str) -> String {
        match self.button(label) {
            (_, Kind::Url(url)) => url,
            (_, other) => panic!("{label:?} opens nothing: {other:?}"),
        }
    }

    /// Sends any data as a tap on any message, and does what there is to do.
    pub async fn sends_data(&self, message: MessageId, data: &str) {
        let asked = self.world.telegram.taps_data(self.id, self.bot(), message, data);
        assert!(matches!(asked, TapResult::Asked { .. }), "{asked:?}");
        self.world.settle().await;
    }

    /// Presses the key of the picker that closes it.
    pub async fn presses(&self, key: &str) {
        self.world.telegram.presses(self.id, self.bot(), key).unwrap_or_else(|| panic!("no key {key:?} in:\n{}", self.chat()));
        self.world.settle().await;
    }

    /// How many messages the chat shows.
    pub fn messages(&self) -> usize {
        self.world.telegram.chat(self.id, self.bot()).len()
    }

    /// The bubbles and windows shown so far.
    pub fn toasts(&self) -> Vec<String> {
        self.world.telegram.toasts(self.id).into_iter().map(|toast| toast.text).collect()
    }
}
