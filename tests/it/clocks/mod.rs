//! A clock that is an hour or forty days wrong, ahead or back, and is put right: nothing is said twice, nothing waits for
//! ever, nothing is lost, and what cannot be taken back is not done in the first minute.

mod claws;
mod people;
mod waits;

use std::time::Duration;

use clawhatch::domain::time::{HOUR, millis};

use crate::world::World;

pub const NONE: [String; 0] = [];

impl World {
    /// Moves the wall clock alone, and lets everything that looks at it look.
    async fn clock_jumps(&self, by: i64) {
        self.clock.jump(by);
        self.pass(Duration::from_secs(1)).await;
    }

    /// Everything there was to do is done.
    async fn nothing_waits(&self) {
        assert_eq!(self.texts("SELECT id FROM outbox WHERE done_at IS NULL").await, NONE);
        assert_eq!(self.texts("SELECT id FROM inbox WHERE done_at IS NULL").await, NONE);
        let ahead = format!("SELECT name FROM schedules WHERE due_at > {}", self.clock.now().0 + millis(HOUR));
        assert_eq!(self.texts(&ahead).await, NONE, "chores");
    }
}

/// A span as a clock is moved by it.
pub fn ms(span: Duration) -> i64 {
    millis(span)
}
