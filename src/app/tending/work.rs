//! Carrying out what was wished of claws: taken under a lease, intended in the row, asked outside under the row's own name,
//! and written down. A crash at any point is healed by the row; an answer that was lost is asked for under the same name.

use std::time::Duration;

use crate::{
    app::{App, Result, insist::Insist, reconcile::address},
    domain::{
        claw::{Claw, Trouble},
        operation::{Next, Operation, Reply},
    },
    store::{Doubt, OperationLease, Work},
};

/// How much longer a lease lasts than the longest call made under it.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// One call to make outside.
struct Asked {
    claw: Claw,
    operation: Operation,
    /// Whether an earlier attempt may have arrived.
    before: bool,
    watched: bool,
}

impl App {
    /// Takes operations that are due.
    pub async fn take_operations(&self, most: i64) -> Result<Vec<OperationLease>> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let leases = tx.claim_operations(now, now + self.rules.longest_call + LEASE_MARGIN, most).await?;
        let taken = |lease: &OperationLease| Doubt {
            work: Work::Operations,
            id: lease.id.into(),
            fence: lease.fence,
            until: lease.until,
        };
        self.commit_taken(tx, leases.iter().map(taken)).await?;
        Ok(leases)
    }

    /// Takes one operation a step further.
    pub async fn operate(&self, lease: OperationLease) -> Result<()> {
        match self.operate_under(&lease).await {
            Err(error) if error.is_lost() => Ok(()),
            done => done,
        }
    }

    async fn operate_under(&self, lease: &OperationLease) -> Result<()> {
        // The end of the lease by the clock that nobody can move.
        let until = self.clock.steady() + self.clock.now().until(lease.until);
        let Some(Asked { claw, operation, before, watched }) = self.intend(lease).await? else { return Ok(()) };
        if self.clock.steady() + self.rules.longest_call > until {
            // Frozen in between: whoever takes it next asks under the same name.
            return Ok(());
        }
        let reply = self.carry_out(&claw, &operation, watched).await;
        let mut insist = Insist::on("what came of something asked of a claw");
        loop {
            match self.operated(lease, &reply, before).await {
                Err(error) if insist.again(&error).await => {}
                done => return done,
            }
        }
    }

    /// Decides what to do next and writes the intention down. Nothing when nobody is to be called.
    async fn intend(&self, lease: &OperationLease) -> Result<Option<Asked>> {
        let mut act = self.act().await?;
        let claw = act.tx.hold_claw(lease.claw).await?;
        let operation = act.tx.hold_leased_operation(lease).await?;
        let Some(claw) = claw else { return Ok(None) };
        let asked = match operation.next(&claw, act.now) {
            Next::Ask => {
                let (operation, before) = operation.intended();
                act.tx.save_operation(&operation, lease.fence, None).await?;
                Some(Asked { claw, operation, before, watched: false })
            }
            Next::Watch => Some(Asked { claw, operation, before: true, watched: true }),
            Next::GiveUp(why) => {
                let over = operation.give_up(why, act.now);
                act.tx.save_operation(&over, lease.fence, None).await?;
                act.tell_end(&claw, &over, None).await?;
                None
            }
            Next::Nothing => None,
        };
        act.commit().await?;
        Ok(asked)
    }

    /// The outside call, with no transaction open.
    async fn carry_out(&self, claw: &Claw, operation: &Operation, watched: bool) -> Reply {
        let Some(driver) = self.drivers.named(&claw.driver) else {
            return Reply::Unreached(Trouble::NoConnection(format!("this build has no driver {}", claw.driver)));
        };
        let (key, at) = (operation.id.to_string(), address(claw));
        let asked = async {
            if watched {
                driver.progress(&key, &at, &operation.deed, operation.name()).await
            } else {
                driver.perform(&key, &at, &operation.deed).await
            }
        };
        let reply = tokio::time::timeout(self.rules.longest_call, asked).await;
        reply.unwrap_or_else(|_| Reply::Unclear(Trouble::NoAnswer("no answer within the longest call".into())))
    }

    /// Writes down what came of it.
    async fn operated(&self, lease: &OperationLease, reply: &Reply, before: bool) -> Result<()> {
        let mut act = self.act().await?;
        let claw = act.tx.hold_claw(lease.claw).await?;
        let operation = act.tx.hold_leased_operation(lease).await?;
        let (after, due) = operation.replied(reply, before, rand::random(), act.now);
        act.tx.save_operation(&after, lease.fence, due).await?;
        if let (Some(claw), true) = (claw, after.is_over()) {
            act.tell_end(&claw, &after, Some(reply)).await?;
            // It may be in another state by now.
            act.wake_claw(claw.id).await?;
        }
        act.commit().await
    }
}
