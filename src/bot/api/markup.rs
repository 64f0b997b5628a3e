//! Our keyboards as Telegram's.

use teloxide::types::{
    ButtonRequest, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, KeyboardButtonRequestUsers, KeyboardMarkup,
    ReplyMarkup, RequestId,
};
use tracing::error;
use url::Url;

use super::TapSeal;
use crate::{
    domain::ids::TelegramId,
    view::{Button, Keyboard},
};

/// The most bytes a button may carry (Bot API, `InlineKeyboardButton`). One button over it, and Telegram refuses the
/// whole message.
pub(super) const MOST_BUTTON_BYTES: usize = 64;
/// Comes back with the person picked. There is one picker, so one number.
const PICK_REQUEST: RequestId = RequestId(1);

/// The keyboard of a new message to `who`.
pub(super) fn of_new(keyboard: &Keyboard, who: TelegramId, seal: &dyn TapSeal) -> Option<ReplyMarkup> {
    match keyboard {
        Keyboard::None => None,
        Keyboard::Buttons(rows) => Some(ReplyMarkup::InlineKeyboard(buttons(rows, who, seal))),
        Keyboard::PickPeople { pick, cancel } => Some(ReplyMarkup::Keyboard(picker(pick, cancel))),
    }
}

/// The keyboard of an edited message, which cannot be a picker. An edit without one takes the old buttons away.
pub(super) fn of_edited(keyboard: &Keyboard, who: TelegramId, seal: &dyn TapSeal) -> Option<InlineKeyboardMarkup> {
    match keyboard {
        Keyboard::Buttons(rows) => Some(buttons(rows, who, seal)),
        Keyboard::None | Keyboard::PickPeople { .. } => None,
    }
}

fn buttons(rows: &[Vec<Button>], who: TelegramId, seal: &dyn TapSeal) -> InlineKeyboardMarkup {
    let rows = rows.iter().map(|row| row.iter().filter_map(|one| button(one, who, seal)).collect::<Vec<_>>());
    InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
}

/// A button Telegram would refuse is left out, so that the rest of the screen still arrives.
fn button(button: &Button, who: TelegramId, seal: &dyn TapSeal) -> Option<InlineKeyboardButton> {
    match button {
        Button::Tap { label, tap } => {
            let data = seal.tag(who, &tap.spell());
            if data.len() > MOST_BUTTON_BYTES {
                error!(button.bytes = data.len(), "a button carries more than Telegram takes and is left out");
                return None;
            }
            Some(InlineKeyboardButton::callback(label, data))
        }
        Button::Url { label, url } => match Url::parse(url) {
            Ok(url) => Some(InlineKeyboardButton::url(label, url)),
            Err(_) => {
                error!("a button's link is not a link; the button is left out");
                None
            }
        },
    }
}

fn picker(pick: &str, cancel: &str) -> KeyboardMarkup {
    let people = KeyboardButtonRequestUsers::new(PICK_REQUEST).user_is_bot(false).max_quantity(1).request_name();
    let pick = KeyboardButton::new(pick).request(ButtonRequest::RequestUsers(people));
    KeyboardMarkup::new([[pick], [KeyboardButton::new(cancel)]]).one_time_keyboard().resize_keyboard()
}
