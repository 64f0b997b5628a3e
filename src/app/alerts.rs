//! Telling admins what is broken: once, and again when it is over, in the same message.

use std::time::Duration;

use crate::{
    app::{Act, Result},
    domain::{
        admin::{AdminNotice, Alert},
        incident::IncidentCode,
        notice::{Notice, Slot},
    },
    store::OpenAlert,
};

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
            // Each outbreak has a message of its own: the slot carries the hour it began.
            let slot = Slot::Alert(format!("{}@{}", open.name, open.since.0));
            let notice = AdminNotice::Alert { alert: open.alert.clone(), since: open.since, code: open.code.clone(), resolved };
            self.queue(admin.chat(), Some(slot), false, Notice::Admin(notice), None).await?;
        }
        Ok(())
    }
}
