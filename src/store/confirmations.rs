//! What admins were asked to confirm. The arguments lie here; the button carries only the id.

use crate::{
    domain::{
        admin::AdminAct,
        ids::{ClawId, ConfirmationId, PersonId, TelegramId},
        time::Time,
    },
    store::{
        Result, Row, StoreError, Tx,
        statement::statements,
        tx::{to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, admin_id, act, state, person_id, claw_id, expires_at, given_at, created_at"
    };
}

statements! {
    ADD = "INSERT INTO confirmations (id, admin_id, act, state, person_id, claw_id, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    HOLD = concat!("SELECT ", columns!(), " FROM confirmations WHERE id = $1"), postgres concat!("SELECT ", columns!(), " FROM confirmations WHERE id = $1 FOR UPDATE");
    SAVE = "UPDATE confirmations SET act = $2, state = $3, claw_id = $4, expires_at = $5, given_at = $6 WHERE id = $1";
    WATCHING = concat!("SELECT ", columns!(), " FROM confirmations WHERE claw_id = $1 AND state = 'given' ORDER BY id");
    SWEEP = "DELETE FROM confirmations WHERE created_at < $1";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmationState {
    /// Its reason is still being asked for.
    Asking,
    /// The button may be pressed.
    Open,
    /// Pressed; its claw is being watched.
    Given,
    Withdrawn,
    Finished,
}

#[derive(Clone, Debug)]
pub struct Confirmation {
    pub id: ConfirmationId,
    pub admin: TelegramId,
    pub act: AdminAct,
    pub state: ConfirmationState,
    pub person: Option<PersonId>,
    pub claw: Option<ClawId>,
    pub expires: Time,
    pub given: Option<Time>,
    pub created: Time,
}

impl ConfirmationState {
    fn text(self) -> &'static str {
        match self {
            ConfirmationState::Asking => "asking",
            ConfirmationState::Open => "open",
            ConfirmationState::Given => "given",
            ConfirmationState::Withdrawn => "withdrawn",
            ConfirmationState::Finished => "finished",
        }
    }
}

fn confirmation(row: &Row) -> Result<Confirmation> {
    let state = row.text("state")?;
    Ok(Confirmation {
        id: row.parsed("confirmations", "id")?,
        admin: TelegramId(row.int("admin_id")?),
        act: row.json("confirmations", "act")?,
        state: match state.as_str() {
            "asking" => ConfirmationState::Asking,
            "open" => ConfirmationState::Open,
            "given" => ConfirmationState::Given,
            "withdrawn" => ConfirmationState::Withdrawn,
            "finished" => ConfirmationState::Finished,
            _ => return Err(StoreError::Inconsistent { table: "confirmations", column: "state", why: state }),
        },
        person: row.maybe_text("person_id")?.and_then(|id| id.parse().ok()),
        claw: row.maybe_text("claw_id")?.and_then(|id| id.parse().ok()),
        expires: row.time("expires_at")?,
        given: row.maybe_time("given_at")?,
        created: row.time("created_at")?,
    })
}

impl Tx {
    pub async fn add_confirmation(&mut self, new: &Confirmation) -> Result<()> {
        let values =
            values![new.id, new.admin, to_json(&new.act), new.state.text(), new.person, new.claw, new.expires, new.created];
        self.run(ADD, values).await.map(drop)
    }

    pub async fn hold_confirmation(&mut self, id: ConfirmationId) -> Result<Option<Confirmation>> {
        self.find(HOLD, values![id]).await?.as_ref().map(confirmation).transpose()
    }

    pub async fn save_confirmation(&mut self, to: &Confirmation) -> Result<()> {
        self.run(SAVE, values![to.id, to_json(&to.act), to.state.text(), to.claw, to.expires, to.given]).await.map(drop)
    }

    /// Confirmed commands whose admins watch this claw.
    pub async fn list_watching(&mut self, claw: ClawId) -> Result<Vec<Confirmation>> {
        self.all(WATCHING, values![claw]).await?.iter().map(confirmation).collect()
    }

    pub async fn sweep_confirmations(&mut self, before: Time) -> Result<u64> {
        self.run(SWEEP, values![before]).await
    }
}
