//! The methods of the Bot API. Each one is a function of the state; only getUpdates waits (see `polling`).

mod accounts;
mod answers;
mod managed;
mod messages;
pub(super) mod polling;
mod webhooks;

use serde_json::Value;

use super::{args::Args, refused::Refused, state::State};
use crate::domain::ids::BotId;

/// One call: who asks, for what, and when.
pub(super) struct Asked<'a> {
    pub bot: BotId,
    pub args: &'a Args,
    pub now: i64,
}

pub(super) type Outcome = Result<Value, Refused>;

/// Does what `method` (in lower case) says. `None` for a method that is not known.
pub(super) fn call(state: &mut State, method: &str, asked: &Asked<'_>) -> Option<Outcome> {
    let act: fn(&mut State, &Asked<'_>) -> Outcome = match method {
        "getme" => accounts::get_me,
        "getchat" => accounts::get_chat,
        "setmycommands" => accounts::set_commands,
        "getmycommands" => accounts::get_commands,
        "deletemycommands" => accounts::delete_commands,
        "setmyname" => |state, asked| accounts::set_text(state, asked, "name", 64),
        "setmydescription" => |state, asked| accounts::set_text(state, asked, "description", 512),
        "setmyshortdescription" => |state, asked| accounts::set_text(state, asked, "short_description", 120),
        "getmyname" => |state, asked| accounts::get_text(state, asked, "name"),
        "getmydescription" => |state, asked| accounts::get_text(state, asked, "description"),
        "getmyshortdescription" => |state, asked| accounts::get_text(state, asked, "short_description"),
        "logout" | "close" => |_, _| Ok(true.into()),
        "sendmessage" => messages::send,
        "editmessagetext" => messages::edit_text,
        "editmessagereplymarkup" => messages::edit_markup,
        "deletemessage" => messages::delete,
        "sendchataction" => messages::chat_action,
        "answercallbackquery" => answers::answer_tap,
        "answerprecheckoutquery" => answers::answer_payment,
        "getmanagedbottoken" => managed::get_token,
        "replacemanagedbottoken" => managed::replace_token,
        "getmanagedbotaccesssettings" => managed::get_access,
        "setmanagedbotaccesssettings" => managed::set_access,
        "setwebhook" => webhooks::set,
        "deletewebhook" => webhooks::delete,
        "getwebhookinfo" => webhooks::info,
        _ => return None,
    };
    Some(act(state, asked))
}
