//! Persons, and what lies on their desks.

use crate::{
    domain::{
        ids::{PersonId, TelegramId},
        locale::Locale,
        person::Person,
        time::Time,
        wizard::Desk,
    },
    store::{
        Result, Row, StoreError, Tx,
        later::Later,
        statement::statements,
        tx::{from_json, to_json, values},
    },
};

/// What is read of a row. By name: a column that a newer version adds must not change what a statement gives.
macro_rules! columns {
    () => {
        "id, telegram_id, name, locale, zone, reachable, terms, created_at"
    };
}

statements! {
    INSERT = "INSERT INTO persons (id, telegram_id, name, locale, came_with, reachable, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
              ON CONFLICT (telegram_id) DO NOTHING";
    BY_TELEGRAM = concat!("SELECT desk, ", columns!(), " FROM persons WHERE telegram_id = $1"),
        postgres concat!("SELECT desk, ", columns!(), " FROM persons WHERE telegram_id = $1 FOR UPDATE");
    LOOK_BY_TELEGRAM = concat!("SELECT ", columns!(), " FROM persons WHERE telegram_id = $1");
    BY_ID = concat!("SELECT ", columns!(), " FROM persons WHERE id = $1");
    DESK = "SELECT desk FROM persons WHERE id = $1";
    SET_DESK = "UPDATE persons SET desk = $2 WHERE id = $1";
    SET_SEEN = "UPDATE persons SET name = $2, reachable = 1 WHERE id = $1";
    SET_LOCALE = "UPDATE persons SET locale = $2 WHERE id = $1";
    SET_ZONE = "UPDATE persons SET zone = $2 WHERE id = $1";
    SET_TERMS = "UPDATE persons SET terms = $2 WHERE id = $1";
    SET_REACHABLE = "UPDATE persons SET reachable = $2 WHERE telegram_id = $1";
    NEXT_CLAW = "UPDATE persons SET claws_made = claws_made + 1 WHERE id = $1 RETURNING claws_made";
    SLICE = "SELECT MAX(s.id) AS last FROM (SELECT id FROM persons WHERE id > $1 ORDER BY id LIMIT $2) s";
    WITHOUT_CLAW = concat!("SELECT ", columns!(), " FROM persons p WHERE p.id > $2 AND p.id <= $3 AND EXISTS (SELECT 1 FROM periods r WHERE r.person_id = p.id AND r.revoked_at IS NULL \
                    AND r.started_at IS NOT NULL AND r.started_at + r.length_ms > $1) \
                    AND NOT EXISTS (SELECT 1 FROM claws c WHERE c.person_id = p.id) ORDER BY p.id LIMIT 50");
}

fn person(row: &Row) -> Result<Person> {
    let code = row.text("locale")?;
    Ok(Person {
        id: row.parsed("persons", "id")?,
        telegram: row.maybe_int("telegram_id")?.map(TelegramId),
        name: row.maybe_text("name")?,
        locale: Locale::from_code(&code).ok_or(StoreError::Inconsistent { table: "persons", column: "locale", why: code })?,
        zone: row.maybe_text("zone")?,
        reachable: row.yes("reachable")?,
        terms: u32::try_from(row.int("terms")?).unwrap_or(0),
        created: row.time("created_at")?,
    })
}

impl Tx {
    /// Adds a person unless someone with that Telegram id is there.
    pub async fn add_person(&mut self, person: &Person, came_with: Option<&str>) -> Result<bool> {
        let values = values![
            person.id,
            person.telegram,
            person.name.clone(),
            person.locale.code(),
            came_with.map(str::to_owned),
            person.reachable,
            person.created
        ];
        let added = self.run(INSERT, values).await? == 1;
        if added {
            self.desk = Some((person.id, to_json(&Desk::default())));
        }
        Ok(added)
    }

    /// The person, held until the transaction ends: whoever acts for the same person waits.
    pub async fn hold_person(&mut self, telegram: TelegramId) -> Result<Option<Person>> {
        let Some(row) = self.find(BY_TELEGRAM, values![telegram]).await? else { return Ok(None) };
        let held = person(&row)?;
        // Held with the rest of the row: nobody else can change it before we end.
        self.desk = Some((held.id, row.text("desk")?));
        Ok(Some(held))
    }

    pub async fn find_person_by_telegram(&mut self, telegram: TelegramId) -> Result<Option<Person>> {
        self.find(LOOK_BY_TELEGRAM, values![telegram]).await?.as_ref().map(person).transpose()
    }

    pub async fn find_person(&mut self, id: PersonId) -> Result<Option<Person>> {
        self.find(BY_ID, values![id]).await?.as_ref().map(person).transpose()
    }

    pub async fn load_person(&mut self, id: PersonId) -> Result<Person> {
        let missing = || StoreError::Inconsistent { table: "persons", column: "id", why: format!("no person {id}") };
        self.find_person(id).await?.ok_or_else(missing)
    }

    pub async fn load_desk(&mut self, id: PersonId) -> Result<Desk> {
        if let Some((_, desk)) = self.desk.as_ref().filter(|(whose, _)| *whose == id) {
            return from_json(desk, "persons", "desk");
        }
        self.find(DESK, values![id]).await?.map_or_else(|| Ok(Desk::default()), |row| row.json("persons", "desk"))
    }

    pub async fn put_desk(&mut self, id: PersonId, desk: &Desk) -> Result<()> {
        let text = to_json(desk);
        if let Some((_, held)) = self.desk.as_mut().filter(|(whose, _)| *whose == id) {
            held.clone_from(&text);
        }
        self.put_off(vec![Later::new("persons", SET_DESK, values![id, text])]).await
    }

    /// The person wrote to us: their present name, and they can be reached.
    pub async fn mark_seen(&mut self, id: PersonId, name: &str) -> Result<()> {
        self.put_off(vec![Later::new("persons", SET_SEEN, values![id, name])]).await
    }

    pub async fn put_locale(&mut self, id: PersonId, locale: Locale) -> Result<()> {
        self.run(SET_LOCALE, values![id, locale.code()]).await.map(drop)
    }

    pub async fn put_zone(&mut self, id: PersonId, zone: &str) -> Result<()> {
        self.run(SET_ZONE, values![id, zone]).await.map(drop)
    }

    pub async fn put_terms(&mut self, id: PersonId, version: u32) -> Result<()> {
        self.run(SET_TERMS, values![id, version]).await.map(drop)
    }

    pub async fn mark_reachable(&mut self, telegram: TelegramId, reachable: bool) -> Result<()> {
        self.run(SET_REACHABLE, values![telegram, reachable]).await.map(drop)
    }

    /// The next number for a claw of this person: 1, 2, 3, …, never twice.
    pub async fn next_claw_number(&mut self, id: PersonId) -> Result<i64> {
        self.number(NEXT_CLAW, values![id]).await
    }

    /// The last id of the next `most` persons after this id; nothing when there are none.
    pub async fn slice_of_persons(&mut self, after: &str, most: i64) -> Result<Option<String>> {
        self.find(SLICE, values![after, most]).await?.map_or(Ok(None), |row| row.maybe_text("last"))
    }

    /// Persons of a slice whose period runs at `now` and who have no claw at all, not even a destroyed one: a row was
    /// lost.
    pub async fn list_entitled_without_claw(&mut self, after: &str, last: &str, now: Time) -> Result<Vec<Person>> {
        self.all(WITHOUT_CLAW, values![now, after, last]).await?.iter().map(person).collect()
    }
}
