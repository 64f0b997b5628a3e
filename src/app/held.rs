//! What this process works on right now. A lease is short, so that the work of a process that dies is soon taken up by
//! another; as long as somebody here works on a row, its lease is made longer every few seconds. Whoever is frozen, or
//! cut off from the database, makes none longer: the row is taken by somebody else under another number, and neither
//! a late word about it nor a late wish to keep it counts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    app::{App, Result},
    domain::time::Time,
    drivers::clock::Clock,
    store::{Lease, Tx, Work},
};

/// How long a lease lasts that nobody makes longer. Longer than the database may be silent, and shorter than people's
/// patience.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// How often leases are looked at, to be made longer.
pub const BEAT: Duration = Duration::from_secs(5);
/// With less than this left, a lease is made longer at the next beat.
const SOON: Duration = Duration::from_secs(20);
/// With less than this left, nothing is begun outside, and nothing more is taken before it is made longer.
const AT_ONCE: Duration = Duration::from_secs(15);

type Key = (Work, String, i64);

#[derive(Clone, Debug, Default)]
pub struct Held(Arc<Mutex<HashMap<Key, Term>>>);

/// A lease, and its end by the clock that nobody can move.
#[derive(Clone, Debug)]
struct Term {
    lease: Lease,
    ends: Duration,
}

/// Kept while somebody works under a lease.
#[must_use = "the lease is only kept as long as this is"]
pub struct Keeping {
    held: Held,
    key: Key,
}

/// A transaction that takes work.
pub(crate) struct Taking {
    pub tx: Tx,
    pub(super) kept: Kept,
}

/// Leases that last longer if what was written stands.
pub(crate) struct Kept {
    keys: Vec<Key>,
    until: Time,
    ends: Duration,
}

impl Held {
    /// Begins to keep a lease.
    pub fn keep(&self, lease: Lease, clock: &Clock) -> Keeping {
        let key = (lease.work, lease.key(), lease.fence);
        let ends = clock.steady() + clock.now().until(lease.until);
        self.with(|held| held.insert(key.clone(), Term { lease, ends }));
        Keeping { held: self.clone(), key }
    }

    /// Whether this process works on nothing now.
    pub fn is_empty(&self) -> bool {
        self.with(|held| held.is_empty())
    }

    /// Everything this process works on.
    pub fn all(&self) -> Vec<Lease> {
        self.with(|held| held.values().map(|term| term.lease.clone()).collect())
    }

    /// Leases with less than `left` of them left, by either clock, or that end absurdly late because the wall went back.
    fn ending(&self, clock: &Clock, left: Duration) -> Vec<Lease> {
        let (now, steady) = (clock.now(), clock.steady());
        let ends =
            |term: &&Term| term.ends <= steady + left || term.lease.until <= now + left || term.lease.until > now + LEASE + BEAT;
        self.with(|held| held.values().filter(ends).map(|term| term.lease.clone()).collect())
    }

    pub(super) fn are_kept(&self, kept: Kept) {
        self.with(|held| {
            for key in &kept.keys {
                if let Some(term) = held.get_mut(key) {
                    (term.lease.until, term.ends) = (kept.until, kept.ends);
                }
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Key, Term>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keeping {
    /// How much of the lease is left, as far as is known.
    pub(crate) fn left(&self, clock: &Clock) -> Duration {
        let ends = self.held.with(|held| held.get(&self.key).map_or(Duration::ZERO, |term| term.ends));
        ends.saturating_sub(clock.steady())
    }

    /// Whether enough is left to begin something outside.
    pub(crate) fn lasts(&self, clock: &Clock) -> bool {
        self.left(clock) > AT_ONCE
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.held.with(|held| held.remove(&self.key));
    }
}

impl App {
    /// Makes the leases longer that end soon.
    pub async fn keep_held(&self) -> Result<()> {
        if self.held.ending(&self.clock, SOON).is_empty() {
            return Ok(());
        }
        // On PostgreSQL each stands by itself, and no lock is held from one to the next.
        let mut tx = self.db.begin_single().await?;
        let kept = self.keep_ending(&mut tx, SOON).await?;
        tx.commit().await?;
        self.held.are_kept(kept);
        Ok(())
    }

    /// Opens a transaction that takes work. What this process works on already, and nearly lost to an absence of the
    /// database or a leap of the clock, is kept first: it would only get into its own way.
    pub(crate) async fn begin_taking(&self) -> Result<Taking> {
        let mut tx = self.db.begin().await?;
        let kept = self.keep_ending(&mut tx, AT_ONCE).await?;
        Ok(Taking { tx, kept })
    }

    async fn keep_ending(&self, tx: &mut Tx, left: Duration) -> Result<Kept> {
        let ends = self.clock.steady() + LEASE;
        let until = self.clock.now() + LEASE;
        let ending = self.held.ending(&self.clock, left);
        let mut keys = Vec::new();
        // One by one: whoever locks many rows may wait for somebody who waits for them.
        for lease in ending {
            if tx.keep_lease(&lease, until).await? {
                keys.push((lease.work, lease.key(), lease.fence));
            }
        }
        Ok(Kept { keys, until, ends })
    }

    /// Gives back what nobody works on any more: we are about to end, and another process can go on at once. A message
    /// that may be on its way is not: whoever takes it has to know.
    pub async fn hand_over(&self, left: &[Lease]) {
        let given = async {
            let mut tx = self.db.begin_single().await?;
            for lease in left.iter().filter(|lease| lease.work != Work::Outbox) {
                tx.free_lease(lease).await?;
            }
            tx.commit().await
        };
        if let Err(error) = given.await {
            tracing::warn!(error = %error, "what was at work was not given back; its leases will run out");
        }
    }
}
