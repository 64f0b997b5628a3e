//! One question at a time: what a person is asked now, and what becomes of what they were asked before.

use serde_json::json;

use crate::{
    app::{Act, Result},
    domain::{admin::AdminNotice, ids::ConfirmationId, person::Person, wizard::Expecting},
    store::ConfirmationState,
};

impl Act<'_> {
    /// From now on the next text of this person answers this. Gives what it would have answered before. Screens say it
    /// by themselves; only what is asked in a message of another kind is said here.
    pub(crate) async fn expect(&mut self, person: &Person, asks: Expecting) -> Result<Expecting> {
        let mut desk = self.tx.load_desk(person.id).await?;
        if desk.expecting == asks {
            return Ok(asks);
        }
        let was = std::mem::replace(&mut desk.expecting, asks);
        self.tx.put_desk(person.id, &desk).await?;
        if let Expecting::Reason(id) = was {
            self.overtake(id).await?;
        }
        Ok(was)
    }

    /// A reason that was asked for and not given will not be taken any more, and its message says so.
    async fn overtake(&mut self, id: ConfirmationId) -> Result<()> {
        let asking = self.tx.hold_confirmation(id).await?.filter(|asked| asked.state == ConfirmationState::Asking);
        let Some(mut asked) = asking else { return Ok(()) };
        asked.state = ConfirmationState::Withdrawn;
        self.tx.save_confirmation(&asked).await?;
        self.audit("admin.overtaken", asked.person, asked.claw, json!({ "confirmation": id })).await?;
        self.draw_operation(&asked, false, AdminNotice::Overtaken).await
    }
}
