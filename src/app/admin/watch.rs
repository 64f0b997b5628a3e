//! Showing an admin, in the message they confirmed in, how far the claw is.

use crate::{
    app::{Act, Result, admin::person_line},
    domain::{
        admin::{AdminAct, AdminNotice},
        claw::{Claw, Status, status},
    },
    store::ConfirmationState,
};

impl Act<'_> {
    /// Draws the state of a claw for every admin who watches it; the last state ends the watching.
    pub(crate) async fn tell_watchers(&mut self, claw: &Claw) -> Result<()> {
        for mut asked in self.tx.list_watching(claw.id).await? {
            let word = status(claw);
            let person = person_line(&self.tx.load_person(claw.person).await?);
            let since = asked.given.unwrap_or(self.now);
            let over = match asked.act {
                // A claw its owner has paused is not woken by more time.
                AdminAct::Provision { .. } => {
                    matches!(word, Status::Ready | Status::Degraded | Status::Paused | Status::Error | Status::Destroyed)
                }
                AdminAct::Deprovision { .. } => word == Status::Destroyed,
            };
            let act = asked.act.clone();
            let notice = if over {
                asked.state = ConfirmationState::Finished;
                self.tx.save_confirmation(&asked).await?;
                AdminNotice::Finished { act, person, status: word, took: self.now.since(since) }
            } else {
                AdminNotice::Working { act, person, status: word, since }
            };
            self.draw_operation(&asked, false, notice).await?;
        }
        Ok(())
    }
}
