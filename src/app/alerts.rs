//! Telling admins what is broken: once, and again when it is over, in the same message.

use std::time::Duration;

use crate::{
    app::{Act, Result},
    domain::{
        admin::{AdminNotice, Alert},
        ids::TelegramId,
        incident::IncidentCode,
        notice::{Notice, Slot},
    },
    store::OpenAlert,
};

/// The most alerts an admin who comes late is told at once, the newest: more would be read by nobody.
const MOST_CAUGHT_UP: usize = 20;

impl Act<'_> {
    /// Raises an alert under a name; one that is open already is not raised again.
    pub async fn raise(&mut self, name: &str, alert: Alert, code: Option<IncidentCode>) -> Result<bool> {
        let open = OpenAlert { name: name.to_owned(), alert, since: self.now, code };
        if !self.tx.raise_alert(&open).await? {
            return Ok(false);
        }
        metrics::counter!("alerts_raised_total").increment(1);
        self.tell_admins(&open, None).await?;
        Ok(true)
    }

    /// It is over: the admins' messages say so, and after how long.
    pub async fn resolve(&mut self, name: &str) -> Result<()> {
        if let Some(alert) = self.tx.resolve_alert(name, self.now).await? {
            let lasted = self.now.since(alert.since);
            self.tell_admins(&alert, Some(lasted)).await?;
        }
        Ok(())
    }

    async fn tell_admins(&mut self, open: &OpenAlert, resolved: Option<Duration>) -> Result<()> {
        for admin in self.app.rules.admins.clone() {
            self.tell_admin(admin, open, resolved).await?;
        }
        Ok(())
    }

    /// An admin can be written to from now on, perhaps for the first time: what is broken at this moment is told, unless
    /// their chat shows it already. Nothing for anybody else.
    pub(crate) async fn catch_up_admin(&mut self, id: TelegramId) -> Result<()> {
        if !self.app.is_admin(id) {
            return Ok(());
        }
        let open = self.tx.list_open_alerts().await?;
        for alert in &open[open.len().saturating_sub(MOST_CAUGHT_UP)..] {
            if self.tx.find_slot(id.chat(), &slot_of(alert).name()).await?.is_none() {
                self.tell_admin(id, alert, None).await?;
            }
        }
        Ok(())
    }

    async fn tell_admin(&mut self, admin: TelegramId, open: &OpenAlert, resolved: Option<Duration>) -> Result<()> {
        let notice = AdminNotice::Alert { alert: open.alert.clone(), since: open.since, code: open.code.clone(), resolved };
        self.queue(admin.chat(), Some(slot_of(open)), false, Notice::Admin(notice), None).await.map(drop)
    }
}

/// Each outbreak has a message of its own: the slot carries the hour it began.
fn slot_of(open: &OpenAlert) -> Slot {
    Slot::Alert(format!("{}@{}", open.name, open.since.0))
}
