//! Forgetting: what /delete_my_data takes out of every table, and what an embedded database may do at its start.

use crate::{
    domain::{
        ids::{ChatId, PersonId, TelegramId},
        time::Time,
    },
    store::{Result, Tx, statement::statements, tx::values},
};

statements! {
    PERSON = "UPDATE persons SET telegram_id = NULL, name = NULL, zone = NULL, came_with = NULL, desk = '{}', reachable = 0, erased_at = $2 WHERE id = $1";
    BOTS = "UPDATE bots SET token = NULL, username = '', name = '', access = NULL, due_at = NULL WHERE person_id = $1";
    CLAWS = "UPDATE claws SET title = NULL, previous = NULL WHERE person_id = $1";
    ALERTS = "DELETE FROM alerts WHERE alert LIKE $1";
    TOLD_ADMINS = "UPDATE outbox SET notice = NULL, done_at = COALESCE(done_at, $2) WHERE notice LIKE $1";
    PERIODS = "UPDATE periods SET reason = NULL WHERE person_id = $1";
    LINE = "DELETE FROM line WHERE person_id = $1";
    CONFIRMATIONS = "DELETE FROM confirmations WHERE person_id = $1";
    TOKENS = "DELETE FROM pending_tokens WHERE telegram_id = $1";
    MESSAGES = "DELETE FROM outbox WHERE chat_id = $1";
    SLOTS = "DELETE FROM slots WHERE chat_id = $1";
    EVENTS = "UPDATE inbox SET lane = 'erased', body = NULL, lease_until = CASE WHEN id = $2 THEN lease_until ELSE NULL END, \
              done_at = CASE WHEN id = $2 OR dead_at IS NOT NULL THEN done_at ELSE COALESCE(done_at, $3) END WHERE lane = $1 OR lane LIKE $1 || ':%'";
    FREE_INBOX = "UPDATE inbox SET lease_until = NULL WHERE lease_until IS NOT NULL AND done_at IS NULL AND dead_at IS NULL";
    FREE_OUTBOX = "UPDATE outbox SET lease_until = NULL, unclear = 1 WHERE lease_until IS NOT NULL AND done_at IS NULL";
    FREE_CLAWS = "UPDATE claws SET lease_until = NULL WHERE lease_until IS NOT NULL";
    FREE_BOTS = "UPDATE bots SET lease_until = NULL WHERE lease_until IS NOT NULL";
    OPERATIONS = "DELETE FROM operations WHERE person_id = $1";
    DEVICES = "DELETE FROM devices WHERE person_id = $1";
    FREE_OPERATIONS = "UPDATE operations SET lease_until = NULL WHERE lease_until IS NOT NULL";
    FREE_SCHEDULES = "UPDATE schedules SET lease_until = NULL WHERE lease_until IS NOT NULL";
}

impl Tx {
    /// Takes names, the Telegram id, chats, secrets and texts of a person out of every table. Their rows stay under
    /// our own id; so does the trial's mark, which is a hash. `lane` is the inbox lane of their chat: whatever else waits
    /// in it or beside it is done with, unread, so that nothing sent before makes them known anew; a worker that holds such a row
    /// finds its lease lost. `event` is the row that asks for all this.
    pub async fn erase_person(&mut self, id: PersonId, telegram: TelegramId, lane: &str, event: &str, now: Time) -> Result<()> {
        let chat: ChatId = telegram.chat();
        for sql in [BOTS, CLAWS, PERIODS, LINE, CONFIRMATIONS, OPERATIONS, DEVICES] {
            self.run(sql, values![id]).await?;
        }
        // What admins were told of them names them: as `"telegram":<id>`, or as the `"person":<id>` of an act.
        for named in [format!("%\"telegram\":{telegram},%"), format!("%\"person\":{telegram},%")] {
            self.run(ALERTS, values![named.clone()]).await?;
            self.run(TOLD_ADMINS, values![named, now]).await?;
        }
        for sql in [MESSAGES, SLOTS] {
            self.run(sql, values![chat]).await?;
        }
        self.run(TOKENS, values![telegram]).await?;
        self.run(EVENTS, values![lane, event, now]).await?;
        self.desk = None;
        self.run(PERSON, values![id, now]).await.map(drop)
    }

    /// Frees every lease. Right only where no other process can hold one: an embedded database, at start. A message
    /// that was held may have been sent.
    pub async fn free_all_leases(&mut self) -> Result<()> {
        for sql in [FREE_INBOX, FREE_OUTBOX, FREE_CLAWS, FREE_BOTS, FREE_OPERATIONS, FREE_SCHEDULES] {
            self.run(sql, values![]).await?;
        }
        Ok(())
    }
}
