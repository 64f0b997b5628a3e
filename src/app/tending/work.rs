//! Carrying out what was wished of claws: taken under a lease, intended in the row, asked outside under the row's own name,
//! and written down. A crash at any point is healed by the row; an answer that was lost is asked for under the same name.

use crate::{
    app::{
        App, Result,
        held::{Keeping, LEASE},
        insist::Insist,
        reconcile::address,
    },
    domain::{
        claw::{Claw, Trouble},
        operation::{Next, Operation, Reply},
    },
    store::OperationLease,
};

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
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let leases = taking.tx.claim_operations(now, now + LEASE, most).await?;
        self.commit_taken(taking, leases.iter().map(OperationLease::lease)).await?;
        crash_point!(!leases.is_empty(), "operations-taken");
        Ok(leases)
    }

    /// Takes one operation a step further.
    pub async fn operate(&self, lease: OperationLease) -> Result<()> {
        let keeping = self.held.keep(lease.lease(), &self.clock);
        match self.operate_under(&lease, &keeping).await {
            Err(error) if error.is_lost() => Ok(()),
            done => done,
        }
    }

    async fn operate_under(&self, lease: &OperationLease, keeping: &Keeping) -> Result<()> {
        let Some(Asked { claw, operation, before, watched }) = self.intend(lease).await? else { return Ok(()) };
        crash_point!("operation-intended");
        if !keeping.lasts(&self.clock) {
            // Frozen in between, or cut off from the database: whoever takes it next asks under the same name.
            return Ok(());
        }
        let reply = self.carry_out(&claw, &operation, watched).await;
        crash_point!("operation-asked");
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
