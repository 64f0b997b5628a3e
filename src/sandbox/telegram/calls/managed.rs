//! Managed bots: the manager asks for their tokens and decides who may talk to them. The parameter `user_id` is the
//! managed bot's number.

use serde_json::{Value, json};

use super::{Asked, Outcome};
use crate::{
    domain::ids::{BotId, TelegramId},
    sandbox::telegram::{bots::Bot, refused::Refused, state::State},
};

const MOST_ADDED: usize = 10;

pub(super) fn get_token(state: &mut State, asked: &Asked<'_>) -> Outcome {
    Ok(json!(managed(state, asked)?.token))
}

pub(super) fn replace_token(state: &mut State, asked: &Asked<'_>) -> Outcome {
    Ok(json!(managed(state, asked)?.renew_token()))
}

pub(super) fn get_access(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let bot = managed(state, asked)?;
    let (restricted, added) = (bot.restricted, bot.added.clone());
    let mut settings = json!({ "is_access_restricted": restricted });
    if restricted {
        settings["added_users"] = added.into_iter().map(|person| state.person_json(person)).collect();
    }
    Ok(settings)
}

pub(super) fn set_access(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let restricted = asked.args.flag("is_access_restricted");
    let restricted = restricted.ok_or_else(|| Refused::bad("parameter \"is_access_restricted\" is required"))?;
    let given = asked.args.structure("added_user_ids")?.unwrap_or_else(|| json!([]));
    let ids: Option<Vec<i64>> = given.as_array().map(|ids| ids.iter().filter_map(Value::as_i64).collect());
    let added: Vec<TelegramId> =
        ids.ok_or_else(|| Refused::bad("can't parse added user ids JSON object"))?.into_iter().map(TelegramId).collect();
    if added.len() > MOST_ADDED {
        return Err(Refused::bad("too many user identifiers specified"));
    }
    if added.iter().any(|person| !state.people.contains_key(person)) {
        return Err(Refused::bad("user not found"));
    }
    let bot = managed(state, asked)?;
    bot.restricted = restricted;
    bot.added = if restricted { added } else { Vec::new() };
    Ok(true.into())
}

/// The bot the call is about, if the asking bot runs it.
fn managed<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Bot, Refused> {
    let id = asked.args.int("user_id").ok_or_else(|| Refused::bad("invalid user_id specified"))?;
    if !state.bots.get(&asked.bot).is_some_and(|bot| bot.can_manage_bots) {
        return Err(Refused::bad("MANAGER_PERMISSION_MISSING"));
    }
    let bot = state.bots.get_mut(&BotId(id)).ok_or_else(|| Refused::bad("user not found"))?;
    if bot.manager == Some(asked.bot) { Ok(bot) } else { Err(Refused::forbidden("BOT_ACCESS_FORBIDDEN")) }
}
