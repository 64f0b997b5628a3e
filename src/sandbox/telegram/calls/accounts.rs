//! What a bot is asked about itself and its chats: getMe, getChat, commands, names and descriptions.

use serde_json::{Value, json};

use super::{Asked, Outcome, messages};
use crate::sandbox::telegram::{
    bots::Bot,
    refused::Refused,
    state::{Room, State},
};

const MOST_COMMANDS: usize = 100;

pub(super) fn get_me(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let mut me = state.bot_json(asked.bot);
    let can_manage_bots = own(state, asked)?.can_manage_bots;
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(false);
    me["supports_inline_queries"] = json!(false);
    me["can_connect_to_business"] = json!(false);
    me["has_main_web_app"] = json!(false);
    me["has_topics_enabled"] = json!(false);
    me["can_manage_bots"] = json!(can_manage_bots);
    Ok(me)
}

/// A person who has never met the bot is not found.
pub(super) fn get_chat(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let room = messages::chat(state, asked)?;
    let met = matches!(room, Room::Shared(_)) || state.rooms.get(&room).is_some_and(|chat| chat.started);
    if !met {
        return Err(Refused::bad("chat not found"));
    }
    let mut chat = state.chat_json(room);
    chat["accent_color_id"] = json!(0);
    chat["max_reaction_count"] = json!(11);
    chat["accepted_gift_types"] = json!({
        "unlimited_gifts": true, "limited_gifts": true, "unique_gifts": true, "premium_subscription": true,
        "gifts_from_channels": true,
    });
    Ok(chat)
}

pub(super) fn set_commands(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let commands = asked.args.structure("commands")?.unwrap_or_else(|| json!([]));
    let list = commands.as_array().ok_or_else(|| Refused::bad("can't parse commands JSON object"))?;
    if list.len() > MOST_COMMANDS {
        return Err(Refused::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    let kept = list.iter().map(checked_command).collect::<Result<Vec<Value>, Refused>>()?;
    let key = place(asked)?;
    own(state, asked)?.commands.insert(key, json!(kept));
    Ok(true.into())
}

fn checked_command(given: &Value) -> Result<Value, Refused> {
    let name = given["command"].as_str().unwrap_or_default().trim_start_matches('/');
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !letters || !(1..=32).contains(&name.len()) {
        return Err(Refused::bad("BOT_COMMAND_INVALID"));
    }
    let description = given["description"].as_str().unwrap_or_default();
    if !(1..=256).contains(&description.chars().count()) {
        return Err(Refused::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    Ok(json!({ "command": name, "description": description }))
}

/// The commands set for exactly this scope and language.
pub(super) fn get_commands(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let key = place(asked)?;
    Ok(own(state, asked)?.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
}

pub(super) fn delete_commands(state: &mut State, asked: &Asked<'_>) -> Outcome {
    let key = place(asked)?;
    own(state, asked)?.commands.remove(&key);
    Ok(true.into())
}

pub(super) fn set_text(state: &mut State, asked: &Asked<'_>, what: &'static str, longest: usize) -> Outcome {
    let text = asked.args.text(what).unwrap_or_default();
    if text.chars().count() > longest {
        return Err(Refused::bad(format!("BOT_{}_TOO_LONG", what.to_uppercase())));
    }
    let language = asked.args.text("language_code").unwrap_or_default();
    let bot = own(state, asked)?;
    if what == "name" && language.is_empty() && !text.is_empty() {
        bot.name = text.clone();
    }
    if text.is_empty() {
        bot.texts.remove(&(what, language))
    } else {
        bot.texts.insert((what, language), text)
    };
    Ok(true.into())
}

/// The text in the asked language, or the one for all languages.
pub(super) fn get_text(state: &mut State, asked: &Asked<'_>, what: &'static str) -> Outcome {
    let language = asked.args.text("language_code").unwrap_or_default();
    let bot = own(state, asked)?;
    let there = bot.texts.get(&(what, language)).or_else(|| bot.texts.get(&(what, String::new())));
    let text = there.cloned().unwrap_or_else(|| if what == "name" { bot.name.clone() } else { String::new() });
    Ok(json!({ what: text }))
}

/// Scope and language, under which commands are kept.
fn place(asked: &Asked<'_>) -> Result<(String, String), Refused> {
    let scope = asked.args.structure("scope")?.unwrap_or_else(|| json!({ "type": "default" }));
    if !scope.get("type").is_some_and(Value::is_string) {
        return Err(Refused::bad("can't parse BotCommandScope: Can't find field \"type\""));
    }
    Ok((scope.to_string(), asked.args.text("language_code").unwrap_or_default()))
}

fn own<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Bot, Refused> {
    state.bots.get_mut(&asked.bot).ok_or_else(Refused::unauthorized)
}
