//! Who may have a claw, and until when. A person's right is a set of periods (a trial, grants by an admin, later paid
//! months); each begins to run only when a claw is first ready, so nobody pays for waiting.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{
    ids::{PeriodId, PersonId, TelegramId},
    time::{DAY, HOUR, Time},
};

/// How long a claw sleeps, with everything it knows, before it is destroyed.
pub const KEPT_AFTER_END: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long before destruction its owner is warned.
pub const WARNED_BEFORE_DESTROY: Duration = Duration::from_secs(2 * 24 * 60 * 60);
/// A grant's length when the admin names none.
pub const DEFAULT_GRANT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    Trial,
    Grant,
}

/// One stretch of time in which its person may have one claw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub id: PeriodId,
    pub person: PersonId,
    pub kind: PeriodKind,
    pub length: Duration,
    /// When it began to run: at the first ready. Until then it waits.
    pub started: Option<Time>,
    /// An admin's act that ends it early.
    pub revoked: Option<Time>,
    pub granted_by: Option<TelegramId>,
    pub reason: Option<String>,
    pub created: Time,
}

impl Period {
    /// When it ends, once it has begun.
    pub fn ends(&self) -> Option<Time> {
        let natural = self.started.map(|start| start + self.length);
        match (natural, self.revoked) {
            (Some(end), Some(revoked)) => Some(end.min(revoked)),
            (None, revoked) => revoked,
            (end, None) => end,
        }
    }

    pub fn waits(&self) -> bool {
        self.started.is_none() && self.revoked.is_none()
    }

    pub fn runs(&self, now: Time) -> bool {
        // What an admin ended stays ended, even when the clock is put back to before.
        self.revoked.is_none() && self.started.is_some() && self.ends().is_some_and(|end| now < end)
    }
}

/// What all periods of one person say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entitlement {
    /// Never had a period.
    None,
    /// Has one that starts with the first ready claw.
    Waiting(Period),
    /// Has one that runs; the one that ends last.
    Running(Period),
    /// Had some; this one ended last.
    Ended(Period),
}

impl Entitlement {
    /// The best of all periods at `now`.
    pub fn of(periods: &[Period], now: Time) -> Entitlement {
        let latest = |candidates: &mut dyn Iterator<Item = &Period>| candidates.max_by_key(|p| (p.ends(), p.id)).cloned();
        if let Some(period) = latest(&mut periods.iter().filter(|p| p.runs(now))) {
            return Entitlement::Running(period);
        }
        if let Some(period) = periods.iter().filter(|p| p.waits()).min_by_key(|p| p.id) {
            return Entitlement::Waiting(period.clone());
        }
        latest(&mut periods.iter().filter(|p| !p.waits())).map_or(Entitlement::None, Entitlement::Ended)
    }

    /// The gate in front of every provision.
    pub fn covers_now(&self) -> bool {
        matches!(self, Entitlement::Waiting(_) | Entitlement::Running(_))
    }

    /// When the running period ends.
    pub fn ends(&self) -> Option<Time> {
        match self {
            Entitlement::Running(period) => period.ends(),
            Entitlement::None | Entitlement::Waiting(_) | Entitlement::Ended(_) => None,
        }
    }
}

/// The right of the claw that stands at `rank` (from 0) among its person's claws. The trial, while it lives, carries
/// the first, so that no grant runs out beside it; each grant carries one more, those that run before those that wait.
/// A claw beyond them has no right of its own.
pub fn right_at(periods: &[Period], rank: usize, now: Time) -> Entitlement {
    let live = |kind: PeriodKind| periods.iter().filter(move |p| p.kind == kind && (p.waits() || p.runs(now)));
    let mut grants: Vec<&Period> = live(PeriodKind::Grant).collect();
    // Those that run come first, in the order they began.
    grants.sort_by_key(|grant| (grant.started.is_none(), grant.started, grant.id));
    let own = match (live(PeriodKind::Trial).next(), rank) {
        (Some(trial), 0) => Some(trial),
        (Some(_), rank) => grants.get(rank - 1).copied(),
        (None, rank) => grants.get(rank).copied(),
    };
    if let Some(own) = own {
        return Entitlement::of(std::slice::from_ref(own), now);
    }
    let over: Vec<Period> = periods.iter().filter(|p| !p.waits() && !p.runs(now)).cloned().collect();
    Entitlement::of(&over, now)
}

/// Until when it all lasts if nothing is paused, and what kind ends last: each waiting period follows the running one
/// that ends first. Nothing when none runs.
pub fn lasts(periods: &[Period], now: Time) -> Option<(PeriodKind, Time)> {
    let mut ends: Vec<(Time, PeriodKind)> =
        periods.iter().filter(|p| p.runs(now)).filter_map(|p| Some((p.ends()?, p.kind))).collect();
    let mut waiting: Vec<&Period> = periods.iter().filter(|p| p.waits()).collect();
    waiting.sort_by_key(|p| p.id);
    for next in waiting {
        let first = ends.iter_mut().min_by_key(|(end, _)| *end)?;
        *first = (first.0 + next.length, next.kind);
    }
    ends.into_iter().max_by_key(|(end, _)| *end).map(|(end, kind)| (kind, end))
}

/// How many claws a person may have at once: one for the trial (or whatever has run out), one for each live grant.
pub fn claws_allowed(periods: &[Period], now: Time) -> usize {
    let live = |p: &&Period| p.waits() || p.runs(now);
    let grants = periods.iter().filter(live).filter(|p| p.kind == PeriodKind::Grant).count();
    let trial = periods.iter().filter(live).any(|p| p.kind == PeriodKind::Trial);
    grants.max(usize::from(trial))
}

/// The three notices before an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndingIn {
    Day,
    SixHours,
    Hour,
}

impl EndingIn {
    pub const ALL: [EndingIn; 3] = [EndingIn::Day, EndingIn::SixHours, EndingIn::Hour];

    pub fn before(self) -> Duration {
        match self {
            EndingIn::Day => DAY,
            EndingIn::SixHours => 6 * HOUR,
            EndingIn::Hour => HOUR,
        }
    }

    /// The one notice that fits `now`, so that after a long silence only the nearest is sent.
    /// A period shorter than a notice's lead never sends that notice.
    pub fn due(period: &Period, now: Time) -> Option<EndingIn> {
        let end = period.ends().filter(|_| period.runs(now))?;
        let left = now.until(end);
        EndingIn::ALL.into_iter().rev().find(|notice| left <= notice.before()).filter(|notice| period.length > notice.before())
    }

    /// When the next notice of this period falls due after `now`.
    pub fn next_after(period: &Period, now: Time) -> Option<Time> {
        let end = period.ends().filter(|_| period.runs(now))?;
        EndingIn::ALL.into_iter().map(|notice| end - notice.before()).find(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn period(n: u128, kind: PeriodKind, started: Option<i64>, hours: u32) -> Period {
        Period {
            id: PeriodId(Uuid::from_u128(n)),
            person: PersonId(Uuid::nil()),
            kind,
            length: hours * HOUR,
            started: started.map(Time),
            revoked: None,
            granted_by: None,
            reason: None,
            created: Time(0),
        }
    }

    #[test]
    fn the_best_period_counts() {
        let hour = |n: i64| n * 3_600_000;
        let trial = period(1, PeriodKind::Trial, Some(0), 48);
        let grant = period(2, PeriodKind::Grant, None, 720);
        let both = [trial.clone(), grant.clone()];
        assert_eq!(Entitlement::of(&[], Time(0)), Entitlement::None);
        assert_eq!(Entitlement::of(&both, Time(hour(47))), Entitlement::Running(trial.clone()));
        assert_eq!(Entitlement::of(&both, Time(hour(48))), Entitlement::Waiting(grant));
        assert_eq!(Entitlement::of(std::slice::from_ref(&trial), Time(hour(48))), Entitlement::Ended(trial.clone()));
        let revoked = Period { revoked: Some(Time(hour(3))), ..trial };
        for hours in [4, 3, 2] {
            let at = Entitlement::of(std::slice::from_ref(&revoked), Time(hour(hours)));
            assert_eq!(at, Entitlement::Ended(revoked.clone()), "also when the clock was put back: hour {hours}");
        }
    }

    #[test]
    fn people_are_told_these_times() {
        assert_eq!((KEPT_AFTER_END, WARNED_BEFORE_DESTROY, DEFAULT_GRANT), (7 * DAY, 2 * DAY, 30 * DAY));
    }

    #[test]
    fn a_period_ends_by_its_length_or_by_an_admin() {
        let hour = |n: i64| Time(n * 3_600_000);
        let with = |started: Option<i64>, revoked: Option<i64>| Period {
            started: started.map(hour),
            revoked: revoked.map(hour),
            ..period(1, PeriodKind::Grant, None, 48)
        };
        for (started, revoked, ends, waits, runs) in [
            (None, None, None, true, false),
            (Some(0), None, Some(48), false, true),
            (Some(0), Some(3), Some(3), false, false),
            (Some(0), Some(99), Some(48), false, false),
            (None, Some(3), Some(3), false, false),
        ] {
            let period = with(started, revoked);
            assert_eq!(
                (period.ends(), period.waits(), period.runs(hour(1))),
                (ends.map(hour), waits, runs),
                "{started:?} {revoked:?}"
            );
        }
        let running = with(Some(0), None);
        assert!(running.runs(Time(hour(48).0 - 1)) && !running.runs(hour(48)));
        for (right, ends, covers) in [
            (Entitlement::None, None, false),
            (Entitlement::Waiting(with(None, None)), None, true),
            (Entitlement::Running(running.clone()), Some(hour(48)), true),
            (Entitlement::Ended(running), None, false),
        ] {
            assert_eq!((right.ends(), right.covers_now()), (ends, covers), "{right:?}");
        }
    }

    #[test]
    fn each_notice_has_its_window() {
        let trial = period(1, PeriodKind::Trial, Some(0), 48);
        let at = |hours: f64| EndingIn::due(&trial, Time((hours * 3_600_000.0) as i64));
        assert_eq!(at(23.9), None);
        assert_eq!(at(24.0), Some(EndingIn::Day));
        assert_eq!(at(41.9), Some(EndingIn::Day));
        assert_eq!(at(42.0), Some(EndingIn::SixHours));
        assert_eq!(at(47.5), Some(EndingIn::Hour));
        assert_eq!(at(48.0), None);
        assert_eq!(EndingIn::next_after(&trial, Time(0)), Some(Time(24 * 3_600_000)));
        let short = period(2, PeriodKind::Trial, Some(0), 3);
        assert_eq!(EndingIn::due(&short, Time(1)), None, "a three-hour trial is not said to end in six hours");
        let exact = period(3, PeriodKind::Trial, Some(0), 6);
        assert_eq!(EndingIn::due(&exact, Time(0)), None, "nor is one of six hours, as it begins");
        for (after, next) in [(24, Some(42)), (42, Some(47)), (47, None), (48, None)] {
            let next = next.map(|hour: i64| Time(hour * 3_600_000));
            assert_eq!(EndingIn::next_after(&trial, Time(after * 3_600_000)), next, "after hour {after}");
        }
        let waiting = period(4, PeriodKind::Trial, None, 48);
        assert_eq!((EndingIn::due(&waiting, Time(0)), EndingIn::next_after(&waiting, Time(0))), (None, None));
    }

    #[test]
    fn each_claw_has_the_right_of_its_rank() {
        let hour = |n: i64| n * 3_600_000;
        let trial = period(1, PeriodKind::Trial, Some(0), 48);
        let first = period(2, PeriodKind::Grant, None, 720);
        let second = period(3, PeriodKind::Grant, Some(hour(1)), 24);
        let all = [trial.clone(), first.clone(), second.clone()];
        assert_eq!(right_at(&all, 0, Time(hour(2))), Entitlement::Running(trial.clone()));
        assert_eq!(right_at(&all, 1, Time(hour(2))), Entitlement::Running(second), "one grant at a time for one claw");
        assert_eq!(right_at(&all, 2, Time(hour(2))), Entitlement::Waiting(first.clone()));
        assert_eq!(right_at(&all, 3, Time(hour(2))), Entitlement::None);
        assert_eq!(right_at(&all, 0, Time(hour(50))), Entitlement::Waiting(first));
        assert_eq!(right_at(&all, 1, Time(hour(50))), Entitlement::Ended(trial));
        assert_eq!(right_at(&[], 0, Time(0)), Entitlement::None);
    }

    #[test]
    fn periods_follow_one_another_as_far_as_claws_use_them() {
        let hour = |n: i64| Time(n * 3_600_000);
        let trial = period(1, PeriodKind::Trial, Some(0), 48);
        let (first, second) = (period(2, PeriodKind::Grant, None, 720), period(3, PeriodKind::Grant, None, 720));
        let all = [trial.clone(), first.clone(), second.clone()];
        assert_eq!(lasts(&all, hour(1)), Some((PeriodKind::Grant, hour(48 + 720 + 720))), "one after the other");
        let two = [trial.clone(), Period { started: Some(hour(1)), ..first.clone() }, second];
        assert_eq!(lasts(&two, hour(2)), Some((PeriodKind::Grant, hour(48 + 720))), "two side by side");
        assert_eq!(lasts(std::slice::from_ref(&trial), hour(1)), Some((PeriodKind::Trial, hour(48))));
        assert_eq!(lasts(std::slice::from_ref(&first), hour(1)), None);
    }

    #[test]
    fn one_claw_for_the_trial_and_one_for_each_grant() {
        let trial = period(1, PeriodKind::Trial, None, 48);
        let grant = |n| period(n, PeriodKind::Grant, None, 720);
        assert_eq!(claws_allowed(&[], Time(0)), 0);
        assert_eq!(claws_allowed(std::slice::from_ref(&trial), Time(0)), 1);
        assert_eq!(claws_allowed(&[trial.clone(), grant(2)], Time(0)), 1);
        assert_eq!(claws_allowed(&[trial, grant(2), grant(3)], Time(0)), 2);
    }
}
