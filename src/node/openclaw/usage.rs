//! What a claw has used, by OpenClaw's own books of the last thirty days. They are kept for being looked at: nobody is
//! billed by them, since a claw that is removed takes them along.

use serde::Deserialize;
use serde_json::json;

use crate::node::{
    cell::Cell,
    openclaw::{OpenClaw, OpenClawError, Usage, rpc::RpcError},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Books {
    totals: Totals,
    cache_status: Option<Cache>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Totals {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
    total_cost: f64,
}

#[derive(Deserialize)]
struct Cache {
    status: String,
}

impl OpenClaw {
    /// What the claw has used. OpenClaw works its numbers out when it is asked, and the first answer may still be old.
    pub async fn usage(&self, cell: &Cell) -> Result<Usage, OpenClawError> {
        let said = self.admin.read(cell, "usage.cost", json!({})).await?;
        let books: Books = serde_json::from_value(said).map_err(|_| RpcError::Garbage)?;
        Ok(Usage {
            input_tokens: books.totals.input + books.totals.cache_read + books.totals.cache_write,
            output_tokens: books.totals.output,
            cost_usd: books.totals.total_cost,
            refreshing: books.cache_status.is_some_and(|cache| cache.status == "refreshing"),
        })
    }
}
