//! What a person does with a living claw: pause, wake, rename, delete and take that back.

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped},
    domain::{
        claw::{Claw, Status, UNDO, Wish, status},
        entitlement::{Entitlement, claws_allowed},
        ids::ClawId,
        notice::{Change, Done, Notice, Toast},
        person::{Person, tame_name},
        refusal::Refusal,
        tap::Minute,
    },
};

/// The longest name of a claw, in characters.
const MOST_TITLE: usize = 40;

/// What became of a tap on a claw.
#[derive(Clone, Debug)]
pub(crate) enum Applied {
    Done(Done),
    /// The yes was for something else than would be done by now: nothing was done, and this is the question, if one is left.
    NotAsShown(Option<Change>),
}

impl App {
    pub async fn ask_pause(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        if matches!(claw.wish, Wish::Running { .. }) {
            let bot = act.brief(claw.spec.bot).await?.username;
            let drawn = act.now;
            let keeps_data = self.drivers.capabilities(&claw.driver).keep(&claw);
            act.screen(&person, tapped, Notice::ConfirmPause { claw: id, bot, keeps_data, drawn }).await?;
        } else {
            act.draw_card(&person, tapped, id, None).await?;
        }
        act.commit().await
    }

    pub async fn pause(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        drawn: Minute,
    ) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, Some(drawn), async |act, person, claw| {
            if !matches!(claw.wish, Wish::Running { .. }) {
                return Ok(Applied::Done(Done::Nothing));
            }
            let claw = claw.pause(act.now);
            act.save_claw(&claw, Some(act.now)).await?;
            act.note("claw.pause", person.id, Some(claw.id)).await?;
            Ok(Applied::Done(Done::Pausing))
        })
        .await
    }

    pub async fn resume(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, None, async |act, person, claw| {
            let periods = act.tx.list_periods(person.id).await?;
            match claw.wish {
                Wish::Paused if Entitlement::of(&periods, act.now).covers_now() => {}
                Wish::Paused | Wish::Suspended { .. } => return Err(Refusal::NotEntitled.into()),
                Wish::Running { .. } | Wish::Gone { .. } => return Ok(Applied::Done(Done::Nothing)),
            }
            let claw = claw.run(act.now);
            act.save_claw(&claw, Some(act.now)).await?;
            act.note("claw.resume", person.id, Some(claw.id)).await?;
            Ok(Applied::Done(Done::Waking))
        })
        .await
    }

    pub async fn ask_title(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        let bot = act.brief(claw.spec.bot).await?.username;
        act.screen(&person, tapped, Notice::AskTitle { claw: id, bot, refusal: None }).await?;
        act.commit().await
    }

    pub async fn rename(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId, typed: &str) -> Result<()> {
        let title = tame_name(typed);
        if typed.trim().is_empty() || typed.trim().chars().count() > MOST_TITLE {
            return Err(Refusal::BadTitle { most: MOST_TITLE as u32 }.into());
        }
        let (mut act, person) = self.act_of(event, sender).await?;
        let mut claw = act.own_claw(&person, id).await?;
        claw.title = Some(title);
        act.save_claw(&claw, Some(act.now)).await?;
        act.note("claw.rename", person.id, Some(id)).await?;
        act.draw_card(&person, tapped, id, Some(Done::Renamed)).await?;
        act.commit().await
    }

    pub async fn ask_delete(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        if claw.is_leaving() {
            act.draw_card(&person, tapped, id, None).await?;
        } else {
            let bot = act.brief(claw.spec.bot).await?.username;
            let drawn = act.now;
            act.screen(&person, tapped, Notice::ConfirmDelete { claw: id, bot, drawn }).await?;
        }
        act.commit().await
    }

    /// Wishes the claw gone in ten minutes; until then it goes on as it is, and the wish can be taken back.
    pub async fn delete(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        drawn: Minute,
    ) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, Some(drawn), async |act, person, claw| {
            if claw.is_leaving() {
                return Ok(Applied::Done(Done::Nothing));
            }
            let claw = claw.delete(act.now + UNDO, act.now);
            act.save_claw(&claw, Some(act.now)).await?;
            act.note("claw.delete", person.id, Some(claw.id)).await?;
            Ok(Applied::Done(Done::Deleting))
        })
        .await
    }

    pub async fn undo(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, None, async |act, person, claw| {
            if status(&claw) != Status::Destroying {
                return Ok(Applied::Done(Done::Nothing));
            }
            // Another one may have hatched in the room this one left.
            let periods = act.tx.list_periods(person.id).await?;
            let staying = act.tx.list_claws(person.id).await?.iter().filter(|other| !other.is_leaving()).count();
            if staying > 0 && staying >= claws_allowed(&periods, act.now) {
                return Err(Refusal::ClawLimit.into());
            }
            let claw = claw.undelete(act.now).ok_or(Refusal::TooLateToUndo)?;
            act.save_claw(&claw, Some(act.now)).await?;
            act.note("claw.undelete", person.id, Some(claw.id)).await?;
            Ok(Applied::Done(Done::Undone))
        })
        .await
    }

    /// Does something to one's own claw and shows its card. A confirmation drawn more than ten minutes ago, or tapped
    /// that long before we could take it up, is shown anew instead of being done.
    pub(crate) async fn with_own_claw(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        drawn: Option<Minute>,
        does: impl AsyncFnOnce(&mut Act<'_>, &Person, Claw) -> Result<Applied>,
    ) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        if drawn.is_some_and(|drawn| !drawn.is_fresh(act.now) || self.is_stale(event)) {
            act.draw_card(&person, tapped, id, None).await?;
            act.commit().await?;
            return Ok(Some(Toast::Expired));
        }
        let toast = match does(&mut act, &person, claw).await? {
            Applied::Done(done) => {
                act.draw_card(&person, tapped, id, Some(done)).await?;
                Some(Toast::AlreadyDone).filter(|_| done == Done::Nothing)
            }
            Applied::NotAsShown(Some(change)) => {
                let claw = act.own_claw(&person, id).await?;
                act.ask_change(&person, tapped, &claw, change).await?;
                Some(Toast::Changed)
            }
            Applied::NotAsShown(None) => {
                act.draw_card(&person, tapped, id, None).await?;
                Some(Toast::Changed)
            }
        };
        act.commit().await?;
        Ok(toast)
    }
}
