//! Bad days of the database: gone, silent, locked and full. What was acknowledged is never
//! lost, what is said is said once, and everything goes on by itself within seconds.

mod broken;
mod full;
pub mod hitch;
mod outages;

use std::time::Duration;

/// The longest anything may take to go on once the database is back.
pub const RECOVERY: Duration = Duration::from_secs(5);
