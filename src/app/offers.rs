//! What a person has a right to now, and what screens offer them.

use crate::{
    app::{Act, Result},
    domain::{
        claw::Claw,
        entitlement::{Entitlement, Period, PeriodKind, claws_allowed, lasts},
        notice::{Offer, Right},
        person::Person,
        time::Time,
    },
};

/// A right as screens tell it.
pub(crate) fn right_of(periods: &[Period], now: Time) -> Right {
    let hours = |period: &Period| u32::try_from(period.length.as_secs() / 3600).unwrap_or(u32::MAX);
    match Entitlement::of(periods, now) {
        Entitlement::None => Right::None,
        Entitlement::Waiting(period) => Right::Waiting { kind: period.kind, hours: hours(&period) },
        Entitlement::Running(period) => {
            let (kind, end) = lasts(periods, now).unwrap_or((period.kind, now));
            Right::Until { kind, end }
        }
        Entitlement::Ended(period) => Right::Ended { kind: period.kind, end: period.ends().unwrap_or(now) },
    }
}

impl Act<'_> {
    /// What this person is offered, with their periods and living claws, which most callers need as well.
    pub async fn offer(&mut self, person: &Person) -> Result<(Offer, Vec<Period>, Vec<Claw>)> {
        let is_new = self.newcomer == Some(person.id);
        let periods = if is_new { Vec::new() } else { self.tx.list_periods(person.id).await? };
        let claws = if is_new { Vec::new() } else { self.tx.list_claws(person.id).await? };
        let offer = self.offer_for(person, &periods, &claws).await?;
        Ok((offer, periods, claws))
    }

    async fn offer_for(&mut self, person: &Person, periods: &[Period], claws: &[Claw]) -> Result<Offer> {
        let staying = claws.iter().filter(|claw| !claw.is_leaving()).count();
        if claws_allowed(periods, self.now) > staying {
            return Ok(Offer::Entitled(right_of(periods, self.now)));
        }
        if staying > 0 {
            return Ok(Offer::HasClaw);
        }
        let used = periods.iter().any(|period| period.kind == PeriodKind::Trial) || self.trial_is_marked(person).await?;
        Ok(if used { Offer::AskAdmin } else { Offer::Trial { hours: self.app.rules.trial_hours } })
    }

    async fn trial_is_marked(&mut self, person: &Person) -> Result<bool> {
        match person.telegram {
            Some(telegram) => Ok(self.tx.is_trial_marked(&self.app.pepper.mark("person", telegram.0)).await?),
            None => Ok(true),
        }
    }
}
