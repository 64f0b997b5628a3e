//! Devices that ask to be let into a claw are told of as they come, once each.

use std::time::Duration;

use super::{Job, Mind};
use crate::node::{openclaw::OpenClawError, store::Told};

/// How often a gateway is asked who asks.
const AGAIN: Duration = Duration::from_secs(15);

impl Job<'_> {
    pub(super) async fn watch_devices(&self, mind: &mut Mind) -> anyhow::Result<()> {
        let now = self.node.clock.now();
        if mind.devices.is_some_and(|at| now.since(at) < AGAIN && at <= now) {
            return Ok(());
        }
        mind.devices = Some(now);
        let devices = match self.node.openclaw.devices(&self.cell).await {
            Ok(devices) => devices,
            // It is asked again soon; how it is, its probes tell.
            Err(OpenClawError::Unavailable(_)) => return Ok(()),
            Err(error) => {
                tracing::warn!(claw.slug = self.slug(), %error, "the devices of claw {} are not known", self.slug());
                return Ok(());
            }
        };
        let asking: Vec<String> = devices.pending.iter().map(|device| device.request_id.clone()).collect();
        if asking == self.row.asking {
            return Ok(());
        }
        let mut tx = self.node.store.begin(now).await?;
        for device in devices.pending.into_iter().filter(|device| !self.row.asking.contains(&device.request_id)) {
            let (request_id, name, platform) = (device.request_id, device.name, device.platform);
            tx.tell(now, &self.row.claw, Told::DeviceRequested { request_id, name, platform }).await?;
        }
        for request_id in self.row.asking.iter().filter(|known| !asking.contains(known)) {
            tx.tell(now, &self.row.claw, Told::DeviceGone { request_id: request_id.clone() }).await?;
        }
        tx.save_asking(self.slug(), &asking).await?;
        tx.commit().await?;
        Ok(())
    }
}
