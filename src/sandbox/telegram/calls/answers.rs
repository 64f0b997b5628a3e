//! A bot's answers to the questions a person's app waits on.

use serde_json::{Map, json};

use super::{Asked, Outcome};
use crate::sandbox::telegram::{
    acts::TapAnswer,
    reading::Toast,
    refused::Refused,
    state::{Content, Query, State},
};

/// How long a tap can be answered; a guess.
const TAP_MS: i64 = 10 * 60 * 1000;
/// How long the last check before a payment can be answered.
const PAYMENT_MS: i64 = 10_000;

pub(super) fn answer_tap(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let text = asked.args.text("text").unwrap_or_default();
    if text.chars().count() > 200 {
        return Err(Refused::bad("MESSAGE_TOO_LONG"));
    }
    let query = open_query(state, asked, "callback_query_id", TAP_MS, false)?;
    if query.answer.is_some() {
        // The app took the first answer; a second one is accepted and changes nothing.
        return Ok(true.into());
    }
    let alert = asked.args.flag("show_alert").unwrap_or(false);
    query.answer = Some(TapAnswer { text: text.clone(), alert, url: asked.args.text("url"), agreed: false });
    let person = query.person;
    if let Some(person) = state.people.get_mut(&person).filter(|_| !text.is_empty()) {
        person.toasts.push(Toast { at: asked.now, bot: asked.bot, text, alert });
    }
    Ok(true.into())
}

pub(super) fn answer_payment(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let agreed = asked.args.flag("ok").ok_or_else(|| Refused::bad("parameter \"ok\" is required"))?;
    let text = asked.args.text("error_message").unwrap_or_default();
    if !agreed && text.is_empty() {
        return Err(Refused::bad("parameter \"error_message\" is required"));
    }
    let id = asked.args.text("pre_checkout_query_id").unwrap_or_default();
    let query = open_query(state, asked, "pre_checkout_query_id", PAYMENT_MS, true)?;
    if query.answer.is_some() {
        return Ok(true.into());
    }
    query.answer = Some(TapAnswer { text, alert: !agreed, url: None, agreed });
    let (person, mut payment) = (query.person, query.payment.clone().unwrap_or_default());
    if agreed {
        payment["telegram_payment_charge_id"] = json!(format!("charge-{id}"));
        payment["provider_payment_charge_id"] = json!(format!("stars-{id}"));
        let more = Map::from_iter([("successful_payment".to_owned(), payment)]);
        state.receive(person, asked.bot, Content { more, ..Content::default() }, asked.now);
    }
    Ok(true.into())
}

/// The question the call answers, if it is this bot's and not too old.
fn open_query<'a>(
    state: &'a mut State,
    asked: &Asked<'_>,
    name: &str,
    life_ms: i64,
    payment: bool,
) -> Result<&'a mut Query, Refused> {
    let id = asked.args.text(name).unwrap_or_default();
    let query = state
        .queries
        .get_mut(&id)
        .filter(|query| query.bot == asked.bot && query.payment.is_some() == payment && asked.now - query.asked_at <= life_ms);
    query.ok_or_else(|| Refused::bad("query is too old and response timeout expired or query ID is invalid"))
}
