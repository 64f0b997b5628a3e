//! The keys at start, and changing them: a wrong key is refused before anything runs, and a rotation may be killed at
//! any row and started again.

use anyhow::{Context as _, bail};

use crate::{
    app::bots::token_place,
    domain::ids::BotId,
    drivers::{
        pepper::Pepper,
        vault::{Place, Vault},
    },
    store::Db,
};

const CHECK: &str = "key_check";
const PEPPER: &str = "pepper";
const WRONG_KEY: &str = "ENCRYPTION_KEYS does not hold the key this database was sealed with";
/// Tokens one transaction seals anew.
const ROUND: i64 = 50;

fn pepper_place() -> Place {
    Place { table: "meta", column: "value", owner: PEPPER.to_owned() }
}

/// Checks that the ring opens what this database was sealed with, and gives the pepper, made at the first start.
pub async fn open(db: &Db, vault: &Vault) -> anyhow::Result<Pepper> {
    let mut tx = db.begin().await?;
    let check = tx.keep_first_meta(CHECK, vault.check_value()).await?;
    vault.verify_check(&check).context(WRONG_KEY)?;
    let fresh = Pepper::generate();
    let sealed = tx.keep_first_meta(PEPPER, vault.seal(fresh.expose(), &pepper_place())).await?;
    tx.commit().await?;
    let plain = vault.open(&sealed, &pepper_place()).context("opening the pepper")?;
    Pepper::from_bytes(plain.expose()).context("the pepper has a wrong length")
}

/// Whether the ring opens what this database was sealed with; nothing is written. A database that was never started
/// holds nothing yet.
pub async fn verify(db: &Db, vault: &Vault) -> anyhow::Result<()> {
    let mut tx = db.look().await?;
    if let Some(check) = tx.find_meta(CHECK).await? {
        vault.verify_check(&check).context(WRONG_KEY)?;
    }
    if let Some(sealed) = tx.find_meta(PEPPER).await? {
        vault.open(&sealed, &pepper_place()).context("opening the pepper")?;
    }
    Ok(())
}

/// Puts everything sealed under the first key of the ring; says how many secrets were moved. What does not open stays
/// as it is and is told at the end, so that one broken row does not keep the others under the old key.
pub async fn rotate(db: &Db, vault: &Vault) -> anyhow::Result<usize> {
    // With a ring that does not belong to this database, every row would be a broken one.
    verify(db, vault).await?;
    let mut moved = 0;
    let mut closed = Vec::new();
    let mut after = BotId(i64::MIN);
    loop {
        let mut tx = db.begin().await?;
        let round = tx.list_sealed_tokens(after, ROUND).await?;
        let Some((last, ..)) = round.last() else { break };
        after = *last;
        for (bot, person, sealed) in round {
            let place = token_place(bot, person);
            match vault.rewrap(&sealed, &place) {
                Ok(None) => {}
                Ok(Some(anew)) => {
                    tx.reseal_token(bot, sealed, anew).await?;
                    moved += 1;
                }
                Err(error) => closed.push(format!("the token of bot {bot}: {error}")),
            }
        }
        tx.commit().await?;
    }
    let mut tx = db.begin().await?;
    for (name, place) in [(PEPPER, pepper_place()), (CHECK, Place::of_check())] {
        if let Some(sealed) = tx.find_meta(name).await?
            && let Some(anew) = vault.rewrap(&sealed, &place).with_context(|| format!("the {name}"))?
        {
            tx.replace_meta(name, anew).await?;
            moved += 1;
        }
    }
    tx.commit().await?;
    if !closed.is_empty() {
        bail!("{moved} secrets were put under the first key, and {} could not be: {}", closed.len(), closed.join("; "));
    }
    Ok(moved)
}
