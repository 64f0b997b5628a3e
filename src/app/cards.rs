//! The card of a claw, the list of claws, and the rule that both show only what is one's own.

use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, offers::right_of},
    domain::{
        claw::{Capabilities, Claw, Reason, Seen, Status, Wish, destroy_at, status},
        entitlement::{Entitlement, KEPT_AFTER_END},
        ids::ClawId,
        notice::{Card, CardAction, ClawBrief, Done, Notice, Slot},
        person::Person,
        refusal::Refusal,
        time::Time,
    },
};

impl App {
    /// /claws: the list, or the card when there is only one.
    pub async fn show_claws(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.draw_claws(&person, tapped).await?;
        act.commit().await
    }

    /// The card of one claw. Whatever was begun for it and not saved is left behind.
    pub async fn show_card(&self, event: &Event, sender: &Sender, tapped: Tapped, claw: ClawId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.clear_desk(&person).await?;
        act.draw_card(&person, tapped, claw, None).await?;
        act.commit().await
    }
}

impl Act<'_> {
    /// The claw, if it is this person's and still there.
    pub(crate) async fn own_claw(&mut self, person: &Person, id: ClawId) -> Result<Claw> {
        match self.tx.hold_claw(id).await? {
            Some(claw) if claw.person != person.id => Err(Refusal::NotYours.into()),
            Some(claw) if claw.destroyed.is_none() => Ok(claw),
            Some(_) | None => Err(Refusal::ClawGone.into()),
        }
    }

    pub(crate) async fn draw_claws(&mut self, person: &Person, tapped: Tapped) -> Result<()> {
        let (offer, _, claws) = self.offer(person).await?;
        if let [only] = &claws[..] {
            return self.draw_card(person, tapped, only.id, None).await;
        }
        let mut briefs = Vec::new();
        for claw in claws {
            let bot = self.brief(claw.spec.bot).await?.username;
            briefs.push(ClawBrief { claw: claw.id, title: claw.title.clone(), bot, status: status(&claw) });
        }
        self.screen(person, tapped, Notice::Claws { claws: briefs, offer }).await
    }

    pub(crate) async fn draw_card(&mut self, person: &Person, tapped: Tapped, id: ClawId, done: Option<Done>) -> Result<()> {
        let claw = self.own_claw(person, id).await?;
        let card = self.card(&claw).await?;
        let notice = match done {
            Some(done) => Notice::CardAfter { done, card },
            None => Notice::Card(card),
        };
        self.screen(person, tapped, notice).await
    }

    /// Something happened to a claw: its card is drawn anew where a live screen shows it.
    pub(crate) async fn redraw_card(&mut self, person: &Person, claw: &Claw) -> Result<()> {
        let Some(telegram) = person.telegram else { return Ok(()) };
        if claw.destroyed.is_none() && self.tx.shows_card(telegram.chat(), claw.id).await? {
            let card = self.card(claw).await?;
            self.draw(person, Slot::Screen, Notice::Card(card)).await?;
        }
        Ok(())
    }

    async fn card(&mut self, claw: &Claw) -> Result<Card> {
        let periods = self.tx.list_periods(claw.person).await?;
        let covered = Entitlement::of(&periods, self.now).covers_now();
        let word = status(claw);
        let reason = match claw.seen {
            Seen::Broken { reason, .. } => Some(reason),
            Seen::Absent | Seen::Asked { .. } | Seen::Running { .. } | Seen::Stopped => None,
        };
        let line = match reason {
            Some(Reason::NoCapacity) => Some(u32::try_from(self.tx.count_waiting_before(claw.created).await?).unwrap_or(0)),
            Some(_) | None => None,
        };
        let can = self.app.drivers.capabilities(&claw.driver);
        let actions = actions(claw, word, covered, can, self.now);
        let running = claw.facts.as_ref().filter(|_| matches!(claw.seen, Seen::Running { .. }));
        Ok(Card {
            claw: claw.id,
            title: claw.title.clone(),
            bot: self.brief(claw.spec.bot).await?.username,
            model: self.app.rules.catalogue.name_of(&claw.spec.model),
            guests: claw.spec.people.len() as u32,
            status: word,
            right: right_of(&periods, self.now),
            kept_until: match claw.wish {
                Wish::Suspended { since } => Some(claw.warned.map_or(since + KEPT_AFTER_END, |warned| destroy_at(since, warned))),
                Wish::Running { .. } | Wish::Paused | Wish::Gone { .. } => None,
            },
            undo_until: match claw.wish {
                Wish::Gone { not_before, .. } => Some(not_before).filter(|until| self.now < *until),
                Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } => None,
            },
            reason,
            line,
            busy: self.busy(claw.id).await?,
            version: running.as_ref().and_then(|facts| facts.version.clone()),
            started: running.as_ref().and_then(|facts| facts.started),
            ailment: running.as_ref().and_then(|facts| facts.ailment),
            actions,
        })
    }
}

/// The buttons this claw has in its present state.
fn actions(claw: &Claw, word: Status, covered: bool, can: Capabilities, now: Time) -> Vec<CardAction> {
    use CardAction::{
        AskAdmin, Backups, ChangeModel, Delete, Devices, Logs, NewToken, OpenChat, Pause, People, Rename, Restart, Resume, Undo,
    };
    match word {
        Status::Ready | Status::Degraded => {
            // Whoever runs it may not be able to do all of it.
            let more = [(can.restart, Restart), (can.backup, Backups), (can.devices, Devices), (can.logs, Logs)];
            let more = more.into_iter().filter(|(can, _)| *can).map(|(_, action)| action);
            [OpenChat, ChangeModel, People, Pause, Rename, NewToken, Delete].into_iter().chain(more).collect()
        }
        Status::Pending | Status::Provisioning | Status::Updating | Status::Waiting => {
            vec![ChangeModel, Rename, NewToken, Delete]
        }
        Status::Error => vec![ChangeModel, People, NewToken, Rename, Delete],
        Status::Paused | Status::Pausing => vec![Resume, ChangeModel, People, Rename, NewToken, Delete],
        Status::Suspended if covered => vec![Rename, Delete],
        Status::Suspended => vec![AskAdmin, Rename, Delete],
        Status::Destroying => match claw.wish {
            Wish::Gone { not_before, .. } if now < not_before => vec![Undo],
            Wish::Gone { .. } | Wish::Running { .. } | Wish::Paused | Wish::Suspended { .. } => vec![],
        },
        Status::Destroyed => vec![],
    }
}
