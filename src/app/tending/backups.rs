//! Backups of a claw: made, listed, and put back after a yes to what is lost by it.

use super::Begun;
use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, claws::Applied, new_id, reconcile::address},
    domain::{
        claw::Claw,
        ids::{ClawId, OperationId},
        notice::{Done, Notice, Toast},
        operation::{Deed, Operation, Stage},
        person::Person,
        refusal::Refusal,
        shown::Shown,
        tap::Minute,
        tending::{BackupLine, TendNotice},
    },
    drivers::claws::{Backup, BackupState},
};

/// Backups shown, the newest ones.
const MOST_SHOWN: usize = 8;

impl App {
    pub async fn show_backups(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let backups = self.look_at_backups(sender, id).await?;
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        act.draw_backups(&person, tapped, &claw, &backups).await?;
        act.commit().await
    }

    async fn look_at_backups(&self, sender: &Sender, id: ClawId) -> Result<Vec<Backup>> {
        let (claw, driver) = self.own_running_claw(sender, id, |can| can.backup).await?;
        let at = address(&claw);
        self.hears(id, driver.backups(&at)).await
    }

    pub async fn back_up(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<Option<Toast>> {
        self.with_own_claw(event, sender, tapped, id, None, async |act, person, claw| {
            Ok(Applied::Done(match act.begin(person, &claw, Deed::Backup).await? {
                Begun::Now => Done::BackingUp,
                Begun::Before => Done::Nothing,
            }))
        })
        .await
    }

    /// A backup was picked: say what putting it back costs, and ask. What was picked lies in a row; the button that says
    /// yes carries only that row.
    pub async fn ask_restore(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: ClawId,
        picked: Shown,
    ) -> Result<Option<Toast>> {
        let backups = self.look_at_backups(sender, id).await?;
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        let mut fitting = backups.iter().filter(|it| it.state == BackupState::Ready && Shown::of(&it.name) == picked);
        let (Some(backup), None) = (fitting.next(), fitting.next()) else {
            // It is not there any more, or nobody can say which one was meant.
            act.draw_backups(&person, tapped, &claw, &backups).await?;
            act.commit().await?;
            return Ok(Some(Toast::Changed));
        };
        let deed = Deed::Restore { backup: backup.name.clone(), made: backup.made };
        if !act.may_begin(&claw, &deed).await? {
            return Err(Refusal::ClawBusy.into());
        }
        let operation = OperationId(new_id());
        let asking =
            Operation { id: operation, claw: id, person: person.id, deed, stage: Stage::Asking, tries: 0, created: act.now };
        act.tx.add_operation(&asking, None).await?;
        let (bot, made, drawn) = (act.brief(claw.spec.bot).await?.username, backup.made, act.now);
        let notice = TendNotice::ConfirmRestore { operation, claw: id, bot, made, drawn };
        act.screen(&person, tapped, Notice::Tend(notice)).await?;
        act.commit().await?;
        Ok(None)
    }

    /// The yes to putting a backup back.
    pub async fn restore(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: OperationId,
        drawn: Minute,
    ) -> Result<Option<Toast>> {
        // Whose it is and of which claw never changes; everything else is read under the claw's lock.
        let known = self.db.look().await?.find_operation(id).await?.ok_or(Refusal::NotYours)?;
        self.with_own_claw(event, sender, tapped, known.claw, Some(drawn), async |act, person, claw| {
            act.give_yes(person, &claw, id).await.map(Applied::Done)
        })
        .await
    }
}

impl Act<'_> {
    async fn give_yes(&mut self, person: &Person, claw: &Claw, id: OperationId) -> Result<Done> {
        let held =
            self.tx.hold_operation(id).await?.filter(|held| held.operation.person == person.id).ok_or(Refusal::NotYours)?;
        let (asking, fence) = (held.operation, held.fence);
        if asking.stage != Stage::Asking || !self.may_begin(claw, &asking.deed).await? {
            return Ok(Done::Nothing);
        }
        let wished = Operation { stage: Stage::Wished { since: self.now, maybe_arrived: false }, ..asking };
        self.tx.save_operation(&wished, fence, Some(self.now)).await?;
        self.wished(&wished).await?;
        Ok(Done::Restoring)
    }

    async fn draw_backups(&mut self, person: &Person, tapped: Tapped, claw: &Claw, backups: &[Backup]) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let busy = self.busy(claw.id).await?;
        let line = |it: &Backup| BackupLine {
            made: it.made,
            bytes: it.bytes,
            shown: (it.state == BackupState::Ready && busy.is_none()).then(|| Shown::of(&it.name)),
            failed: matches!(it.state, BackupState::Failed(_)),
        };
        let kept = backups.iter().filter(|it| it.state != BackupState::Running);
        let lines = kept.take(MOST_SHOWN).map(line).collect();
        self.screen(person, tapped, Notice::Tend(TendNotice::Backups { claw: claw.id, bot, backups: lines, busy })).await
    }
}
