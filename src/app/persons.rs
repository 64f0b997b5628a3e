//! Who is there: meeting a person, their language and zone, whether they can be reached, and forgetting them.

use crate::{
    app::{Act, App, Error, Event, Result, Sender, Tapped, inbox::chat_lane, new_id},
    domain::{
        claw::Claw,
        ids::{PersonId, TelegramId},
        locale::Locale,
        notice::{Notice, Slot, Toast},
        person::{Person, TERMS_VERSION},
        refusal::Refusal,
        shown::Shown,
        tap::{Minute, ZONES, ZoneChoice},
    },
};

impl Act<'_> {
    /// The person behind an update, met now or long ago. Until this transaction ends nobody else acts for them.
    pub async fn know(&mut self, sender: &Sender) -> Result<Person> {
        self.know_with(sender, None).await
    }

    /// The same for /start, which may carry a code; the first one a person comes with is kept.
    pub async fn know_with(&mut self, sender: &Sender, came_with: Option<&str>) -> Result<Person> {
        let person = match self.tx.hold_person(sender.id).await? {
            Some(person) => person,
            None if !sender.begins => return Err(Error::Stranger),
            None => {
                let new = Person {
                    id: PersonId(new_id()),
                    telegram: Some(sender.id),
                    name: Some(sender.name.clone()),
                    locale: Locale::guess(sender.language.as_deref()),
                    zone: None,
                    reachable: true,
                    terms: 0,
                    created: self.now,
                };
                if self.tx.add_person(&new, came_with).await? {
                    self.by_person(new.id);
                    self.note("person.met", new.id, None).await?;
                    self.newcomer = Some(new.id);
                    return Ok(new);
                }
                let missing = || anyhow::anyhow!("a person who is there already is not");
                self.tx.hold_person(sender.id).await?.ok_or_else(missing)?
            }
        };
        self.by_person(person.id);
        if !person.reachable || person.name.as_deref() != Some(&sender.name) {
            self.tx.mark_seen(person.id, &sender.name).await?;
        }
        Ok(Person { reachable: true, name: Some(sender.name.clone()), ..person })
    }
}

impl Person {
    /// Whether the terms in force were agreed to.
    pub(crate) fn agreed(&self) -> bool {
        self.terms >= TERMS_VERSION
    }
}

impl App {
    /// The person blocked us, or came back.
    pub async fn reach_changed(&self, event: &Event, sender: &Sender, reachable: bool) -> Result<()> {
        let mut act = self.act_for(event).await?;
        act.tx.mark_reachable(sender.id, reachable).await?;
        if reachable {
            act.catch_up_admin(sender.id).await?;
        } else {
            act.tx.drop_messages_for(sender.id.chat(), act.now).await?;
        }
        act.commit().await
    }

    pub async fn show_languages(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, tapped, Notice::Languages { current: person.locale }).await?;
        act.commit().await
    }

    pub async fn set_language(&self, event: &Event, sender: &Sender, tapped: Tapped, locale: Locale) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.tx.put_locale(person.id, locale).await?;
        let person = Person { locale, ..person };
        act.draw_home(&person, tapped).await?;
        act.commit().await?;
        Ok(Some(Toast::LanguageSet))
    }

    pub async fn show_settings(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, tapped, Notice::Settings { locale: person.locale, zone: person.zone.clone() }).await?;
        act.commit().await
    }

    pub async fn ask_zone(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.screen(&person, tapped, Notice::AskZone { current: person.zone.clone(), refusal: None }).await?;
        act.commit().await
    }

    pub async fn pick_zone(&self, event: &Event, sender: &Sender, tapped: Tapped, choice: ZoneChoice) -> Result<Option<Toast>> {
        let zone = ZONES.get(usize::from(choice.0)).copied().unwrap_or("UTC");
        self.set_zone(event, sender, tapped, zone).await?;
        Ok(Some(Toast::ZoneSet))
    }

    /// Takes an IANA name (`Europe/Madrid`), however it is typed, or the last part of one (`madrid`).
    pub async fn set_zone(&self, event: &Event, sender: &Sender, tapped: Tapped, typed: &str) -> Result<()> {
        let zone = find_zone(typed).ok_or(Refusal::UnknownZone)?;
        let (mut act, person) = self.act_of(event, sender).await?;
        act.tx.put_zone(person.id, &zone).await?;
        act.screen(&person, tapped, Notice::Settings { locale: person.locale, zone: Some(zone) }).await?;
        act.commit().await
    }

    pub async fn ask_forget(&self, event: &Event, sender: &Sender, tapped: Tapped) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        act.draw_forget(&person, tapped).await?;
        act.commit().await
    }

    /// Forgets a person: claws go, and everything that names them. The trial's mark stays, as a hash.
    pub async fn forget(
        &self,
        event: &Event,
        sender: &Sender,
        tapped: Tapped,
        drawn: Minute,
        shown: Shown,
    ) -> Result<Option<Toast>> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let now = act.now;
        let claws = act.tx.list_claws(person.id).await?;
        let old = !drawn.is_fresh(now) || self.is_stale(event);
        if old || shown != print_of(&claws) {
            act.draw_forget(&person, tapped).await?;
            act.commit().await?;
            return Ok(Some(if old { Toast::Expired } else { Toast::Changed }));
        }
        for claw in claws {
            let mut claw = claw.delete(now, now);
            claw.spec.people.clear();
            act.save_claw(&claw, Some(now)).await?;
            act.note("claw.delete", person.id, Some(claw.id)).await?;
        }
        act.tx.revoke_periods(person.id, now).await?;
        act.note("person.forget", person.id, None).await?;
        let screen = act.tx.find_slot(sender.id.chat(), &Slot::Screen.name()).await?;
        act.tx.erase_person(person.id, sender.id, &chat_lane(sender.id.0), &event.id, now).await?;
        // The last words are swept away by their names once they are said: the question goes, and this is what stays.
        let last_words = format!("forgotten:{}", person.id);
        // It may have been answered before it was written down where it stands.
        let question = match tapped {
            Tapped::On(message) => Some(message),
            Tapped::Typed | Tapped::Vanished => screen,
        };
        for (message, name) in [(question, "screen"), (screen.filter(|screen| question != Some(*screen)), "other")] {
            if let Some(message) = message {
                act.delete_once(sender.id.chat(), message, format!("{last_words}:{name}")).await?;
            }
        }
        act.queue(sender.id.chat(), None, false, Notice::Forgotten { locale: person.locale }, Some(last_words)).await?;
        crash_point!("person-erased-uncommitted");
        act.commit().await?;
        Ok(None)
    }
}

impl Act<'_> {
    async fn draw_forget(&mut self, person: &Person, tapped: Tapped) -> Result<()> {
        let claws = self.tx.list_claws(person.id).await?;
        let (shown, claws) = (print_of(&claws), claws.len() as u32);
        self.screen(person, tapped, Notice::AskForget { claws, drawn: self.now, shown }).await
    }

    /// A person an admin names by number; made, unreachable, if they never wrote to us.
    pub(crate) async fn person_by_number(&mut self, telegram: TelegramId) -> Result<Person> {
        if let Some(person) = self.tx.hold_person(telegram).await? {
            return Ok(person);
        }
        let new = Person {
            id: PersonId(new_id()),
            telegram: Some(telegram),
            name: None,
            locale: Locale::default(),
            zone: None,
            reachable: false,
            terms: 0,
            created: self.now,
        };
        self.tx.add_person(&new, None).await?;
        Ok(self.tx.hold_person(telegram).await?.unwrap_or(new))
    }
}

/// The claws a person would lose, as the question names them.
fn print_of(claws: &[Claw]) -> Shown {
    Shown::of(&claws.iter().map(|claw| claw.id).collect::<Vec<_>>())
}

/// The zone a person means.
fn find_zone(typed: &str) -> Option<String> {
    let typed = typed.trim().replace(' ', "_");
    if typed.is_empty() || typed.len() > 64 {
        return None;
    }
    if let Ok(zone) = jiff::tz::TimeZone::get(&typed) {
        return zone.iana_name().map(str::to_owned);
    }
    let wanted = typed.to_lowercase();
    let ends_so = |name: &str| name.rsplit('/').next().is_some_and(|city| city.to_lowercase() == wanted);
    jiff::tz::db().available().map(|name| name.to_string()).find(|name| ends_so(name))
}

#[cfg(test)]
mod tests {
    use super::find_zone;

    #[test]
    fn a_zone_is_found_by_name_or_city() {
        for (typed, zone) in [
            ("Europe/Madrid", Some("Europe/Madrid")),
            ("europe/madrid", Some("Europe/Madrid")),
            ("new york", Some("America/New_York")),
            ("UTC", Some("UTC")),
            ("Atlantis", None),
            ("", None),
            ("../../etc/passwd", None),
        ] {
            assert_eq!(find_zone(typed).as_deref(), zone, "{typed}");
        }
    }
}
