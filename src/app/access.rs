//! Keeping strangers out of bots made through us: Telegram itself is told whom to let in, and told again whenever the
//! claw's people change or once in six hours.

use std::time::Duration;

use crate::{
    app::{App, Result, held::LEASE},
    domain::ids::TelegramId,
    drivers::telegram::AccountError,
    store::BotLease,
};

/// Telegram takes at most so many besides the owner; above that, or when it refuses the list, the restriction is lifted
/// and the claw alone decides.
const MOST_ADDED: usize = 10;
const LOOK_AGAIN: Duration = Duration::from_secs(6 * 3600);

impl App {
    /// Sets the access lists that are due; says how many.
    pub async fn set_access(&self) -> Result<usize> {
        let mut taking = self.begin_taking().await?;
        let now = self.clock.now();
        let leases = taking.tx.claim_access(now, now + LEASE, 8).await?;
        self.commit_taken(taking, leases.iter().map(BotLease::lease)).await?;
        let due = leases.len();
        // One after the other: the last one waits for all before it.
        let _keeping: Vec<_> = leases.iter().map(|lease| self.held.keep(lease.lease(), &self.clock)).collect();
        for lease in leases {
            self.set_access_of(lease).await?;
        }
        Ok(due)
    }

    async fn set_access_of(&self, lease: BotLease) -> Result<()> {
        let id = lease.bot.brief.id;
        let claw = self.db.look().await?.find_claw_of_bot(id).await?;
        let people: Vec<TelegramId> =
            claw.map(|claw| claw.spec.people.iter().map(|guest| guest.id).collect()).unwrap_or_default();
        let mut added = (people.len() <= MOST_ADDED).then_some(people);
        let mut outcome = self.accounts.restrict(id, added.as_deref()).await;
        if let (Err(AccountError::Refused(why)), Some(_)) = (&outcome, added.as_ref().filter(|people| !people.is_empty())) {
            // Telegram does not know one of them. Left as it was, the bot would stay shut to people its owner let in.
            tracing::info!(bot = %id, why, "the access list of bot {id} is lifted: the claw alone decides");
            added = None;
            outcome = self.accounts.restrict(id, None).await;
        }
        crash_point!("access-set");
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        match outcome {
            Ok(()) => {
                let access = serde_json::to_string(&added).unwrap_or_default();
                tx.access_done(&lease, Some(access), now + LOOK_AGAIN, 0).await?;
            }
            Err(error) => {
                tracing::warn!(bot = %id, %error, "the access list of bot {id} was not set");
                let wait = match error {
                    AccountError::Silent(_) => Duration::from_secs(10 << lease.tries.clamp(0, 6)),
                    AccountError::Dead | AccountError::Refused(_) => LOOK_AGAIN,
                };
                tx.access_done(&lease, lease.bot.access.clone(), now + wait, lease.tries + 1).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}
