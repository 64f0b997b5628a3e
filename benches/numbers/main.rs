//! How fast and how small the product is: the real program as a process of its own, against a lean stand-in of the Bot
//! API and a database that puts what it acknowledges on disk. Prints tables; nothing here passes or fails, except that
//! an answer that is missing or was given twice ends the run.
//!
//! `scripts/bench.sh` starts a PostgreSQL and runs it. By hand:
//! `cargo bench --bench numbers -- --postgres URL [updates] [waits] [neighbours] [fleet] [reconcile] [memory] [node]`.

mod databases;
mod fleet;
mod memory;
mod node;
mod process;
mod reconcile;
mod table;
mod telegram;
mod updates;

use std::process::ExitCode;

use databases::On;

/// What is measured, in this order, unless some are named.
const SECTIONS: [&str; 7] = ["updates", "waits", "neighbours", "fleet", "reconcile", "memory", "node"];

/// What the command line asks for.
struct Asked {
    sections: Vec<String>,
    postgres: Option<String>,
    /// How many people write in the run that is timed.
    people: usize,
    /// How many claws the big database has.
    claws: i64,
}

fn main() -> ExitCode {
    let asked = match read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(why) => {
            table::say(&why);
            return ExitCode::from(2);
        }
    };
    clawhatch::drivers::http::install_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(measure(&asked));
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { sections: Vec::new(), postgres: None, people: 10_000, claws: 1_000_000 };
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            // What cargo says to every bench.
            "--bench" => {}
            "--postgres" => asked.postgres = Some(value()?),
            "--people" => asked.people = value()?.parse().map_err(|_| "--people needs a number".to_owned())?,
            "--claws" => asked.claws = value()?.parse().map_err(|_| "--claws needs a number".to_owned())?,
            section if SECTIONS.contains(&section) => asked.sections.push(word),
            _ => return Err(format!("{word} is not measured here; these are: {}", SECTIONS.join(" "))),
        }
    }
    Ok(asked)
}

async fn measure(asked: &Asked) {
    let wanted = |section: &str| asked.sections.is_empty() || asked.sections.iter().any(|named| named == section);
    let mut kinds = vec![On::Sqlite];
    match &asked.postgres {
        Some(url) => kinds.push(On::Postgres(url.clone())),
        None => table::say("PostgreSQL is not measured: no --postgres URL was given (scripts/bench.sh starts one)."),
    }
    table::say(&process::machine());
    for on in &kinds {
        on.check_durable().await;
    }
    if wanted("updates") {
        updates::answered(&kinds, asked.people).await;
    }
    if wanted("waits") {
        updates::waits(&kinds).await;
    }
    if wanted("neighbours") {
        updates::neighbours(&kinds).await;
    }
    if wanted("fleet") {
        fleet::ticks_and_starts(&kinds, asked.claws).await;
    }
    if wanted("reconcile") {
        reconcile::looks_and_surveys(&kinds).await;
    }
    if wanted("memory") {
        memory::sizes(&kinds).await;
    }
    if wanted("node") {
        node::many_claws().await;
    }
}
