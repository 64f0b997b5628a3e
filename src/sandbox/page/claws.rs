//! The claws: what the product believes beside what whoever runs them says.

use askama::Template;

use crate::{
    domain::{claw, ids::TelegramId},
    sandbox::{
        backstage::Lodged,
        page::{beside::person, here::Here},
    },
};

#[derive(Template)]
#[template(path = "sandbox/claws.html")]
pub(super) struct Claws {
    path: String,
    rows: Vec<Row>,
    /// Who runs them.
    who: &'static str,
    /// Things happen to its claws by themselves when the page says so.
    made_up: bool,
    /// It knows of devices and ailments.
    node: bool,
}

struct Row {
    bot: String,
    owner: String,
    believed: String,
    hosted: String,
    ready: bool,
    ails: bool,
    slug: Option<String>,
    model: String,
    people: String,
    more: Option<String>,
}

impl Claws {
    pub fn of(here: &Here) -> Claws {
        let (telegram, backstage) = (&here.stage.telegram, &here.stage.backstage);
        let bot_name = |id| telegram.bot(id).map_or_else(|| format!("bot {id}"), |bot| format!("@{}", bot.username));
        let owner = |id| telegram.bot(id).and_then(|bot| bot.owner).map(person).unwrap_or_default();
        let mut lodged = backstage.claws();
        let mut rows: Vec<Row> = Vec::new();
        for claw in &here.stage.ledger.pages().claws {
            let at = lodged.iter().position(|it| it.user_id == claw.person.to_string() && it.claw_id == claw.handle());
            let found = at.map(|at| lodged.swap_remove(at));
            rows.push(Row {
                bot: bot_name(claw.spec.bot),
                owner: owner(claw.spec.bot),
                believed: words(&format!("{:?}", claw::status(claw))),
                model: claw.spec.model.clone(),
                ..hosted(found)
            });
        }
        let unknown = |it: Lodged| Row {
            bot: bot_name(it.bot),
            owner: owner(it.bot),
            believed: "gone".into(),
            model: it.model.clone(),
            ..hosted(Some(it))
        };
        rows.extend(lodged.into_iter().map(unknown));
        let stand_in = backstage.stand_in();
        for row in &mut rows {
            let ailment = row.slug.as_deref().zip(stand_in).and_then(|(slug, infra)| infra.ailment(slug));
            row.ails = ailment.is_some();
        }
        Claws {
            path: here.path(),
            rows,
            who: if stand_in.is_some() { "The infra" } else { "clawnode" },
            made_up: stand_in.is_some(),
            node: stand_in.is_some_and(|infra| infra.rules().clawnode),
        }
    }
}

fn hosted(found: Option<Lodged>) -> Row {
    let people = found.iter().flat_map(|it| &it.people).map(|id| id.parse().map_or(id.clone(), |id| person(TelegramId(id))));
    Row {
        bot: String::new(),
        owner: String::new(),
        believed: String::new(),
        people: people.collect::<Vec<_>>().join(", "),
        ails: false,
        hosted: found.as_ref().map_or_else(|| "not there".to_owned(), |it| it.state.clone()),
        ready: found.as_ref().is_some_and(|it| it.ready),
        more: found.as_ref().and_then(|it| it.more.clone()),
        slug: found.map(|it| it.slug),
        model: String::new(),
    }
}

/// `TrialEnding` as "trial ending".
fn words(name: &str) -> String {
    let mut out = String::new();
    for character in name.chars().take_while(|c| c.is_ascii_alphanumeric()) {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}
