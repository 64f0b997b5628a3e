//! What the host of claws tells by itself. One replica at a time reads on from where the last one stopped; the place and the
//! effects of what was read are one commit, and each event is known by a key, so a repeat changes nothing. Nobody depends
//! on it: an event that is lost costs until the claw is looked at by itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    app::{Act, App, Result, held::LEASE},
    domain::{
        claw::{Claw, Trouble},
        ids::PersonId,
        time::HOUR,
    },
    drivers::claws::{Feed, Happened, What},
    store::ScheduleLease,
};

pub(crate) const EVENTS: &str = "events";
/// The row that says how far the events were read.
const PLACE: &str = "events";
/// How long a question may take beside the waiting in it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How soon a host that fails is asked again.
const FAILED: Duration = Duration::from_secs(10);
/// And one that tells nothing.
const ASK_AGAIN: Duration = HOUR;

/// How far they were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// The host lost its memory so many times: its numbers begin anew, and mean something else.
    epoch: u32,
    after: i64,
}

impl App {
    /// Reads what happened, if nobody else does; waits up to `wait` for something to happen. True when there was something.
    pub async fn read_events(&self, wait: Duration) -> Result<bool> {
        if !self.drivers.first().capabilities().events {
            return Ok(false);
        }
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let lease = taking.tx.take_schedule(EVENTS, now, now + LEASE).await?;
        self.commit_taken(taking, lease.iter().map(ScheduleLease::lease)).await?;
        let Some(lease) = lease else { return Ok(false) };
        let _keeping = self.held.keep(lease.lease(), &self.clock);
        let read = self.read_page(&lease, wait).await;
        let again = match &read {
            Ok(Ok(_)) => Duration::ZERO,
            Ok(Err(None)) => ASK_AGAIN,
            Ok(Err(Some(_))) | Err(_) => FAILED,
        };
        let mut tx = self.db.begin().await?;
        tx.give_back_schedule(&lease, self.clock.now() + again).await?;
        tx.commit().await?;
        match read? {
            Ok(found) => Ok(found),
            Err(Some(trouble)) => {
                metrics::counter!("event_reads_failed_total").increment(1);
                tracing::debug!(why = %trouble, "what happened at the infra could not be read; it is asked again");
                Ok(false)
            }
            Err(None) => Ok(false),
        }
    }

    /// The inner error: the host could not be asked; nothing: it tells no events.
    async fn read_page(&self, lease: &ScheduleLease, wait: Duration) -> Result<std::result::Result<bool, Option<Trouble>>> {
        let place = place(self.db.look().await?.find_meta(PLACE).await?);
        let asked = self.drivers.first().events(place.after, wait);
        let feed = match tokio::time::timeout(wait + PATIENCE, asked).await {
            Ok(Ok(feed)) => feed,
            Ok(Err(trouble)) => return Ok(Err(Some(trouble))),
            Err(_) => return Ok(Err(Some(Trouble::NoAnswer("it took too long".into())))),
        };
        match feed {
            Feed::NotOffered => Ok(Err(None)),
            Feed::Gone { first } => {
                tracing::warn!(
                    first,
                    after = place.after,
                    "some of what happened at the infra is not told any more; claws are looked at instead"
                );
                self.take_up(lease, place, Place { after: first.saturating_sub(1), ..place }, &[]).await?;
                Ok(Ok(true))
            }
            Feed::Page { next, .. } if next < place.after => {
                tracing::warn!(next, after = place.after, "the infra tells what happens from its beginning again");
                self.take_up(lease, place, Place { epoch: place.epoch + 1, after: 0 }, &[]).await?;
                Ok(Ok(true))
            }
            Feed::Page { events, .. } if events.is_empty() => Ok(Ok(false)),
            Feed::Page { events, next } => {
                crash_point!("events-read");
                self.take_up(lease, place, Place { after: next, ..place }, &events).await?;
                crash_point!("events-taken-up");
                Ok(Ok(true))
            }
        }
    }

    /// The effects of what was read and the place it was read to, in one commit; nothing when somebody else read it.
    async fn take_up(&self, lease: &ScheduleLease, from: Place, to: Place, events: &[Happened]) -> Result<()> {
        let mut act = self.act().await?;
        let ours = act.tx.keep_schedule(lease, act.now + LEASE).await?;
        if !ours || place(act.tx.find_meta(PLACE).await?) != from {
            return Ok(());
        }
        for event in events {
            if act.tx.note_event(&format!("{}:{}", from.epoch, event.seq), act.now).await? {
                act.happened(event).await?;
            }
        }
        act.tx.put_meta(PLACE, serde_json::to_vec(&to).expect("two numbers always make JSON")).await?;
        act.commit().await
    }
}

fn place(kept: Option<Vec<u8>>) -> Place {
    kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

impl Act<'_> {
    /// What one event means. One about a claw that is not ours means nothing.
    async fn happened(&mut self, event: &Happened) -> Result<()> {
        let person = event.user_id.parse::<PersonId>().ok().filter(|person| person.to_string() == event.user_id);
        let Some((person, number)) = person.zip(Claw::number_in(&event.claw_id)) else { return Ok(()) };
        let Some(found) = self.tx.find_claw_at(person, number).await? else { return Ok(()) };
        match &event.what {
            What::State | What::Ended => {
                self.wake_claw(found.id).await?;
                self.tx.wake_operations(found.id, self.now).await?;
                self.operations_due();
            }
            What::DeviceAsks(asking) => {
                let Some(claw) = self.tx.hold_claw(found.id).await?.filter(|claw| !claw.is_leaving()) else { return Ok(()) };
                let person = self.tx.load_person(claw.person).await?;
                self.device_asks(&person, &claw, asking, true).await?;
            }
            What::DeviceGone { request } => {
                let Some(claw) = self.tx.hold_claw(found.id).await? else { return Ok(()) };
                let person = self.tx.load_person(claw.person).await?;
                self.device_gone(&person, &claw, request).await?;
            }
            What::Other => {}
        }
        Ok(())
    }
}
