//! The waiting line: how many places are left, and whose turn it is.

use std::time::Duration;

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped},
    domain::{
        notice::Notice,
        time::{DAY, Time},
    },
};

/// How long a place is kept for someone whose turn it is.
const KEPT: Duration = Duration::from_secs(12 * 3600);

/// Midnight UTC of the day `now` is in.
pub(crate) fn day_of(now: Time) -> Time {
    let day = DAY.as_millis() as i64;
    Time(now.0.div_euclid(day) * day)
}

impl App {
    pub async fn leave_line(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.tx.leave_line(person.id).await?;
        act.note("line.leave", person.id, None).await?;
        act.draw_home(&person, tapped).await?;
        act.commit().await
    }

    /// Tells those at the head of the line, as far as there are places, that it is their turn.
    pub async fn call_next_in_line(&self) -> Result<()> {
        if !self.prudence.allows(&self.clock) {
            // A clock that was just moved takes nobody's place away.
            return Ok(());
        }
        let mut act = self.act().await?;
        act.tx.hold_places().await?;
        // A place is not kept from a time that has not come.
        act.tx.no_turn_ahead(act.now).await?;
        act.tx.drop_missed_turns(act.now - KEPT).await?;
        if act.tx.list_line(1).await?.is_empty() {
            // Nobody to call, so nothing to count.
            return act.commit().await;
        }
        let (places, trials) = act.places_left().await?;
        for next in act.tx.list_line(i64::from(places.min(trials)).min(50)).await? {
            let person = act.tx.load_person(next.person).await?;
            if !person.reachable {
                // They cannot hear of it; whoever is next can.
                act.tx.leave_line(person.id).await?;
                continue;
            }
            if act.tx.tell_turn(person.id, act.now).await? {
                act.note("line.turn", person.id, None).await?;
                let once = format!("turn:{}:{}", person.id, next.since.0);
                act.say(&person, once, Notice::YourTurn { hours: (KEPT.as_secs() / 3600) as u32 }).await?;
            }
        }
        act.commit().await
    }
}

impl Act<'_> {
    /// How many more claws, and how many more trials today, beyond those whose place is kept.
    pub(crate) async fn places_left(&mut self) -> Result<(u32, u32)> {
        let rules = &self.app.rules;
        let kept = self.tx.count_kept_places().await?;
        let living = self.tx.count_living_claws().await?;
        let trials = self.tx.count_trials_of_day(day_of(self.now)).await?;
        let left = |most: u32, taken: i64| u32::try_from(i64::from(most) - taken - kept).unwrap_or(0);
        Ok((left(rules.max_claws, living), left(rules.trials_per_day, trials)))
    }
}
