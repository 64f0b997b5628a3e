//! What is left behind when a walk is over, taken from everyone but the program: the stand-ins' journals, the chats as
//! people see them, the database, and what the program printed.

use clawhatch::{
    domain::ids::{ChatId, TelegramId},
    sandbox::{
        infra::{Entry, HostStatus, Hosted},
        telegram::Call,
    },
};

use super::{
    books::{Books, Line},
    street::Street,
};

/// One run's evidence. It can be made up, too, to see whether the checker notices.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// How often the program died.
    pub deaths: usize,
    /// Calls of the Bot API with our own token, oldest first.
    pub calls: Vec<Call>,
    pub infra: Vec<Entry>,
    pub claws: Vec<Hosted>,
    /// How often each claw was restarted, how many backups it has, and whom it let in.
    pub tended: Vec<(u32, usize, Vec<String>)>,
    /// What each person sees in the end: who wrote, and what.
    pub chats: Vec<(ChatId, Vec<(bool, String)>)>,
    pub inbox: Vec<Line>,
    pub outbox: Vec<Line>,
    pub claw_rows: Vec<Line>,
    pub bots: Vec<Line>,
    pub operations: Vec<Line>,
    pub devices: Vec<Line>,
    pub persons: Vec<Line>,
    pub periods: Vec<Line>,
    pub trial_marks: Vec<Line>,
    pub pending_tokens: Vec<Line>,
    pub schedules: Vec<Line>,
    pub audit: Vec<Line>,
    pub incidents: Vec<Line>,
    pub alerts: Vec<Line>,
    /// By the program's clock.
    pub now: i64,
    pub said: String,
    /// What `clawhatch audit verify` said in the end.
    pub verified: String,
    /// What nobody may ever read in clear.
    pub secrets: Vec<String>,
}

impl Evidence {
    pub async fn of(street: &Street, books: &mut Books, people: &[TelegramId]) -> Evidence {
        let around = &street.around;
        let own = |call: &Call| call.bot == Some(around.bot.id);
        let chat = |who: &TelegramId| {
            let shown = around.telegram.chat(*who, around.bot.id).into_iter();
            (who.chat(), shown.map(|shown| (shown.from_bot, shown.text)).collect())
        };
        let half = |secret: &str| secret.rsplit(':').next().unwrap_or_default().to_owned();
        let mut secrets: Vec<String> = ["TELEGRAM_BOT_TOKEN", "ENCRYPTION_KEYS", "INFRA_API_KEY", "AI_GATEWAY_API_KEY"]
            .map(|name| half(&around.names[name]))
            .into();
        secrets.extend(around.telegram.bots().iter().filter_map(|bot| Some(half(&bot.token)).filter(|half| half.len() > 20)));
        Evidence {
            deaths: street.died_before().len(),
            calls: around.telegram.journal().into_iter().filter(own).collect(),
            infra: around.infra.journal(),
            claws: around.infra.claws().into_iter().filter(|claw| claw.status != HostStatus::Deleting).collect(),
            tended: around
                .infra
                .claws()
                .iter()
                .map(|claw| &claw.slug)
                .map(|slug| (around.infra.restarts(slug), around.infra.backups(slug), around.infra.devices_let_in(slug)))
                .collect(),
            chats: people.iter().map(chat).collect(),
            inbox: books.table("inbox", &["id", "lane", "body", "lease_until", "done_at", "dead_at"], "seq").await,
            outbox: books
                .table(
                    "outbox",
                    &["id", "chat_id", "slot", "once", "notice", "lease_until", "unclear", "done_at", "outcome"],
                    "id",
                )
                .await,
            claw_rows: books
                .table("claws", &["id", "person_id", "wish", "seen", "generation", "lease_until", "destroyed_at"], "id")
                .await,
            bots: books.table("bots", &["id", "token", "lease_until"], "id").await,
            operations: books.table("operations", &["id", "kind", "stage", "lease_until", "ended_at"], "id").await,
            devices: books.table("devices", &["id", "request_id", "state"], "id").await,
            persons: books.table("persons", &["id", "telegram_id", "erased_at"], "id").await,
            periods: books.table("periods", &["id", "kind", "started_at", "revoked_at"], "id").await,
            trial_marks: books.table("trial_marks", &["mark", "kind"], "mark").await,
            pending_tokens: books.table("pending_tokens", &["id"], "id").await,
            schedules: books.table("schedules", &["name", "lease_until"], "name").await,
            audit: books
                .table("audit", &["id", "at", "actor", "action", "person_id", "claw_id", "detail", "number", "hash"], "number")
                .await,
            incidents: books.table("incidents", &["code", "doing", "chain"], "at").await,
            alerts: books.table("alerts", &["name", "alert"], "name").await,
            now: around.telegram.now() + street.ahead(),
            said: around.everything_said(),
            verified: String::new(),
            secrets,
        }
    }
}
