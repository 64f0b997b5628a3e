//! Walks through tables that may be long, in the order of their ids: each step takes the next slice, and how far the
//! walk has come is a row. A small fleet is seen whole every few minutes; in a very large one a step still costs the same,
//! and only the next visit comes later.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    app::{Act, Result},
    domain::time::{MINUTE, Time},
};

/// What is walked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// At a hundred claws every five seconds, ten thousand are seen in nine minutes and a million in fourteen hours.
    Claws,
    Persons,
}

/// How far a walk has come.
#[derive(Serialize, Deserialize)]
struct Place {
    /// The last id seen.
    after: String,
    /// When the walk began.
    began: Time,
}

impl Walk {
    fn name(self) -> &'static str {
        match self {
            Walk::Claws => "walk:claws",
            Walk::Persons => "walk:persons",
        }
    }

    /// The rows of a slice.
    fn slice(self) -> i64 {
        match self {
            Walk::Claws => 100,
            Walk::Persons => 500,
        }
    }

    /// How long after the beginning of one walk the next begins, at the soonest.
    fn every(self) -> Duration {
        match self {
            Walk::Claws => 10 * MINUTE,
            Walk::Persons => 5 * MINUTE,
        }
    }
}

impl Act<'_> {
    /// The next slice: the rows whose ids come after the first and reach to the last. Nothing while there is no need to
    /// look again.
    pub(crate) async fn next_slice(&mut self, walk: Walk) -> Result<Option<(String, String)>> {
        let known = self.tx.find_meta(walk.name()).await?;
        let place: Option<Place> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if let Some(Place { after, began }) = &place
            && let Some(last) = self.last_of_slice(walk, after).await?
        {
            self.walked(walk, Place { after: last.clone(), began: *began }).await?;
            return Ok(Some((after.clone(), last)));
        }
        // At the end, or never begun. A walk that seems to begin in the future began under a wrong clock.
        let rests = place.is_some_and(|place| place.began <= self.now && self.now < place.began + walk.every());
        if rests {
            return Ok(None);
        }
        let Some(last) = self.last_of_slice(walk, "").await? else { return Ok(None) };
        self.walked(walk, Place { after: last.clone(), began: self.now }).await?;
        Ok(Some((String::new(), last)))
    }

    async fn last_of_slice(&mut self, walk: Walk, after: &str) -> Result<Option<String>> {
        Ok(match walk {
            Walk::Claws => self.tx.slice_of_claws(after, walk.slice()).await?,
            Walk::Persons => self.tx.slice_of_persons(after, walk.slice()).await?,
        })
    }

    async fn walked(&mut self, walk: Walk, place: Place) -> Result<()> {
        Ok(self.tx.put_meta(walk.name(), serde_json::to_vec(&place).unwrap_or_default()).await?)
    }
}
