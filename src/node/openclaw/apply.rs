//! A running gateway follows a changed specification. Model, people, bot and key are taken up while it runs; its limits
//! belong to the process and need a new one.

use serde_json::{Map, Value, json};

use crate::node::{
    cell::Cell,
    openclaw::{Applied, OpenClaw, OpenClawError, render::account_of},
    spec::Spec,
};

impl OpenClaw {
    /// Makes a running gateway follow `new`, whatever it follows now. What [`OpenClaw::changed_files`] gave stands on disk
    /// already. Applied twice, it changes nothing.
    pub async fn apply(&self, old: &Spec, new: &Spec, cell: &Cell) -> Result<Applied, OpenClawError> {
        if old.limits != new.limits {
            return Ok(Applied::NeedsRestart);
        }
        let decided = self.decided(new, cell);
        let bot = account_of(new.bot_token.bot);
        self.admin.patch(cell, self.replaced(), |seen| without_other_bots(&decided, seen, &bot)).await?;
        Ok(Applied::Hot)
    }

    /// Whether the claw takes messages. Those that come while it does not wait at Telegram, and are answered later.
    pub async fn set_listening(&self, cell: &Cell, listening: bool) -> Result<(), OpenClawError> {
        let patch = json!({ "channels": { "telegram": { "enabled": listening } } });
        self.admin.patch(cell, &[], |_| patch.clone()).await?;
        Ok(())
    }
}

/// The change, with every other account taken out: nobody else's messages, and not those of a bot the claw has left.
fn without_other_bots(decided: &Value, seen: &Value, bot: &str) -> Value {
    let mut patch = decided.clone();
    let empty = Map::new();
    let there = seen["channels"]["telegram"]["accounts"].as_object().unwrap_or(&empty);
    for other in there.keys().filter(|name| *name != bot) {
        patch["channels"]["telegram"]["accounts"][other] = Value::Null;
    }
    patch
}
