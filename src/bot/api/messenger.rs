//! Draws screens in chats: new, edited or taken away.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use teloxide::{
    payloads::{DeleteMessage, EditMessageText, SendMessage},
    requests::Payload,
    types::{LinkPreviewOptions, ParseMode},
};
use tracing::warn;

use super::{
    BotApi,
    call::{Failure, PATIENCE, call},
    markup,
    plain::plain_text,
};
use crate::{
    domain::{
        ids::{ChatId, MessageId, TelegramId},
        notice::Notice,
    },
    drivers::telegram::{Messenger, Place, Reader, SendError},
    view::{self, Eyes, Keyboard, Screen},
};

/// All we need to know of a message we sent.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
}

#[async_trait]
impl Messenger for BotApi {
    async fn show(&self, reader: &Reader, place: Place, notice: &Notice) -> Result<MessageId, SendError> {
        let eyes = Eyes { locale: reader.locale, zone: reader.zone.as_deref(), now: reader.now };
        self.draw(reader.chat, place, &view::screen(notice, eyes)).await
    }

    async fn delete(&self, chat: ChatId, message: MessageId) -> Result<(), SendError> {
        let payload = DeleteMessage::new(recipient(chat), old(message)?);
        match call::<_, bool>(&self.bot, &payload, PATIENCE).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.mentions(&["message to delete not found", "message_id_invalid"]) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }
}

impl BotApi {
    /// Draws `screen`. A picker of people only comes with a new message, so it replaces the old one.
    pub(super) async fn draw(&self, chat: ChatId, place: Place, screen: &Screen) -> Result<MessageId, SendError> {
        match (place, &screen.keyboard) {
            (Place::New, _) => self.send(chat, screen).await,
            (Place::Edit(message), Keyboard::PickPeople { .. }) => {
                let new = self.send(chat, screen).await?;
                if let Err(why) = self.delete(chat, message).await {
                    warn!(chat.id = %chat, error = %why, "the message a picker replaced stays in the chat");
                }
                Ok(new)
            }
            (Place::Edit(message), Keyboard::None | Keyboard::Buttons(_)) => self.edit(chat, message, screen).await,
        }
    }

    async fn send(&self, chat: ChatId, screen: &Screen) -> Result<MessageId, SendError> {
        let mut payload = SendMessage::new(recipient(chat), screen.html.clone());
        payload.parse_mode = Some(ParseMode::Html);
        payload.link_preview_options = Some(no_preview());
        payload.reply_markup = markup::of_new(&screen.keyboard, person(chat), &*self.seal);
        let sent = self
            .call_or_plain(payload, |payload| {
                payload.text = plain_text(&payload.text);
                payload.parse_mode = None;
            })
            .await?;
        Ok(MessageId(sent.message_id))
    }

    async fn edit(&self, chat: ChatId, message: MessageId, screen: &Screen) -> Result<MessageId, SendError> {
        let mut payload = EditMessageText::new(recipient(chat), old(message)?, screen.html.clone());
        payload.parse_mode = Some(ParseMode::Html);
        payload.link_preview_options = Some(no_preview());
        payload.reply_markup = markup::of_edited(&screen.keyboard, person(chat), &*self.seal);
        let edited = self
            .call_or_plain(payload, |payload| {
                payload.text = plain_text(&payload.text);
                payload.parse_mode = None;
            })
            .await;
        match edited {
            Ok(_) => Ok(message),
            Err(failure) if failure.mentions(&["message is not modified"]) => Ok(message),
            Err(failure) => Err(failure.into()),
        }
    }

    /// A person who gets the words without their shape is better off than one who gets nothing.
    async fn call_or_plain<P>(&self, mut payload: P, make_plain: impl Fn(&mut P) + Send) -> Result<Sent, Failure>
    where
        P: Payload + Serialize + Send + Sync,
    {
        match call(&self.bot, &payload, PATIENCE).await {
            Err(failure) if failure.mentions(&["can't parse entities"]) => {
                warn!(method = P::NAME, "a screen is not the HTML Telegram takes; it goes out as plain text");
                make_plain(&mut payload);
                call(&self.bot, &payload, PATIENCE).await
            }
            other => other,
        }
    }
}

pub(super) fn recipient(chat: ChatId) -> teloxide::types::ChatId {
    teloxide::types::ChatId(chat.0)
}

/// A private chat has its person's number.
fn person(chat: ChatId) -> TelegramId {
    TelegramId(chat.0)
}

/// A number no message can have names a message that is not there.
fn old(message: MessageId) -> Result<teloxide::types::MessageId, SendError> {
    i32::try_from(message.0).map(teloxide::types::MessageId).map_err(|_| SendError::TargetGone)
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
