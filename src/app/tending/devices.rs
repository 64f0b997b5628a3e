//! Devices that ask to talk to a claw: pushed to its owner as they ask, answered with one tap, and listed.

use super::Begun;
use crate::{
    app::{Act, App, Event, Result, Sender, Tapped, new_id},
    domain::{
        claw::Claw,
        device::{Device, DeviceState},
        ids::{ClawId, DeviceId},
        notice::{Done, Notice, Slot, Toast},
        operation::{Deed, Mishap},
        person::Person,
        refusal::Refusal,
        tending::{DeviceLine, TendNotice},
    },
    drivers::claws::{Asking, Devices},
};

/// The most requests of one claw that wait at a time. What floods its owner is not told one by one.
const MOST_WAITING: usize = 10;
/// Devices shown.
const MOST_SHOWN: usize = 15;

impl App {
    pub async fn show_devices(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (claw, driver) = self.own_running_claw(sender, id, |can| can.devices).await?;
        let at = crate::app::reconcile::address(&claw);
        let devices = self.hears(id, driver.devices(&at)).await?;
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        act.keep_devices(&person, &claw, &devices, false).await?;
        act.draw_devices(&person, tapped, &claw, &devices).await?;
        act.commit().await
    }

    /// The owner's yes or no. It counts for the one request its button was drawn for.
    pub async fn answer_device(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        id: DeviceId,
        yes: bool,
    ) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let known = act.tx.find_device(id).await?.ok_or(Refusal::NotYours)?;
        let claw = act.own_claw(&person, known.claw).await?;
        // Read again under the claw's lock.
        let device = act.tx.find_device(id).await?.ok_or(Refusal::NotYours)?;
        if device.state != DeviceState::Waiting || self.is_stale(event) {
            let toast = if device.state == DeviceState::Waiting { Toast::Expired } else { Toast::AlreadyDone };
            act.draw_device(&person, &claw, &device).await?;
            act.commit().await?;
            return Ok(Some(toast));
        }
        let request = device.request.clone();
        let (deed, state, done) = if yes {
            (Deed::LetIn { request }, DeviceState::LettingIn, Done::LettingIn)
        } else {
            (Deed::TurnAway { request }, DeviceState::TurningAway, Done::TurningAway)
        };
        if act.begin(&person, &claw, deed).await? == Begun::Before {
            act.commit().await?;
            return Ok(Some(Toast::AlreadyDone));
        }
        act.tx.set_device(id, state).await?;
        let device = Device { state, ..device };
        let own_message = match person.telegram {
            Some(telegram) => act.tx.find_slot(telegram.chat(), &Slot::Device(id).name()).await?,
            None => None,
        };
        if own_message.is_some() {
            act.draw_device(&person, &claw, &device).await?;
        }
        // The answer was given on another screen, which would otherwise show the question still.
        let answered_there = own_message.is_some_and(|message| tapped == Tapped::On(message));
        if !answered_there {
            act.draw_card(&person, tapped, claw.id, Some(done)).await?;
        }
        act.commit().await?;
        Ok(None)
    }
}

impl Act<'_> {
    /// What a look at the claw found.
    pub(crate) async fn note_devices(&mut self, person: &Person, claw: &Claw, devices: &Devices) -> Result<()> {
        self.keep_devices(person, claw, devices, true).await
    }

    /// Keeps who asks, and lets go of who does not any more. `told`: who is new is told of.
    async fn keep_devices(&mut self, person: &Person, claw: &Claw, devices: &Devices, told: bool) -> Result<()> {
        for asking in &devices.asking {
            self.device_asks(person, claw, asking, told).await?;
        }
        for open in self.tx.list_open_devices(claw.id).await? {
            let still = devices.asking.iter().any(|asking| asking.request == open.request);
            // What is being answered ends by its answer.
            if !still && open.state == DeviceState::Waiting {
                self.close_device(person, claw, open, DeviceState::Gone).await?;
            }
        }
        Ok(())
    }

    /// A device asks to be let in. One that is known is not told of again.
    pub(super) async fn device_asks(&mut self, person: &Person, claw: &Claw, asking: &Asking, told: bool) -> Result<()> {
        if self.tx.find_device_by_request(claw.id, &asking.request).await?.is_some()
            || self.tx.list_open_devices(claw.id).await?.len() >= MOST_WAITING
        {
            return Ok(());
        }
        let device = Device {
            id: DeviceId(new_id()),
            claw: claw.id,
            person: person.id,
            request: asking.request.clone(),
            name: asking.name.clone(),
            platform: asking.platform.clone(),
            state: DeviceState::Waiting,
            asked: self.now,
        };
        if !self.tx.add_device(&device).await? {
            return Ok(());
        }
        self.note("device.asks", person.id, Some(claw.id)).await?;
        if told && person.reachable {
            self.draw_device(person, claw, &device).await?;
        }
        Ok(())
    }

    /// The request was taken back, or is too old.
    pub(super) async fn device_gone(&mut self, person: &Person, claw: &Claw, request: &str) -> Result<()> {
        match self.tx.find_device_by_request(claw.id, request).await? {
            Some(device) if device.state == DeviceState::Waiting => {
                self.close_device(person, claw, device, DeviceState::Gone).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// An answer was carried out, or came to nothing.
    pub(super) async fn end_device(
        &mut self,
        person: &Person,
        claw: &Claw,
        request: &str,
        wanted: DeviceState,
        why: Option<Mishap>,
    ) -> Result<()> {
        let Some(device) = self.tx.find_device_by_request(claw.id, request).await? else { return Ok(()) };
        let state = match why {
            None => wanted,
            Some(Mishap::Gone | Mishap::Overtaken | Mishap::Unknown) => DeviceState::Gone,
            // It still waits, and can be answered again.
            Some(Mishap::DiskFull | Mishap::Failed | Mishap::Unreached) => DeviceState::Waiting,
        };
        self.close_device(person, claw, device, state).await
    }

    async fn close_device(&mut self, person: &Person, claw: &Claw, device: Device, state: DeviceState) -> Result<()> {
        self.tx.set_device(device.id, state).await?;
        let device = Device { state, ..device };
        let Some(telegram) = person.telegram else { return Ok(()) };
        // Whoever was never told of it need not hear that it is over.
        if self.tx.is_slot_out(telegram.chat(), &Slot::Device(device.id).name()).await? {
            self.draw_device(person, claw, &device).await?;
        }
        Ok(())
    }

    async fn draw_device(&mut self, person: &Person, claw: &Claw, device: &Device) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let line = DeviceLine { name: device.name.clone(), platform: device.platform.clone(), at: Some(device.asked) };
        let notice = TendNotice::DeviceAsks { device: device.id, claw: claw.id, bot, line, state: device.state };
        self.draw(person, Slot::Device(device.id), Notice::Tend(notice)).await
    }

    async fn draw_devices(&mut self, person: &Person, tapped: Tapped, claw: &Claw, devices: &Devices) -> Result<()> {
        let bot = self.brief(claw.spec.bot).await?.username;
        let waiting = self.tx.list_open_devices(claw.id).await?.into_iter().filter(|it| it.state == DeviceState::Waiting);
        let waiting = waiting.take(MOST_SHOWN).map(|it| {
            let line = DeviceLine { name: it.name, platform: it.platform, at: Some(it.asked) };
            (it.id, line)
        });
        let paired = devices.paired.iter().take(MOST_SHOWN).map(|it| DeviceLine {
            name: it.name.clone(),
            platform: it.platform.clone(),
            at: it.at,
        });
        let notice = TendNotice::Devices { claw: claw.id, bot, waiting: waiting.collect(), paired: paired.collect() };
        self.screen(person, tapped, Notice::Tend(notice)).await
    }
}
