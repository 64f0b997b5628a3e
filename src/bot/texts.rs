//! Whatever is no command and no button: texts, shared people, bots made through us, comings and goings.

use crate::{
    app::{Pasted, inbox::sealed_token},
    bot::{
        Handled, Here,
        incoming::{Origin, What},
    },
    domain::{
        claw::Guest,
        ids::{ChatId, MessageId, TelegramId},
        notice::Toast,
        person::BotBrief,
        refusal::Refusal,
        wizard::Expecting,
    },
    view,
};

/// A text, or one that was changed, or one that was passed on with a token in it.
#[derive(Clone, Debug)]
pub struct Text {
    text: String,
    message: MessageId,
    /// An edit only matters for a token it may hold.
    edited: bool,
}

pub fn text(what: What) -> Option<Text> {
    match what {
        What::Text { text, message, .. } => Some(Text { text, message, edited: false }),
        What::Command { arguments, message, .. } if sealed_token(&arguments).is_some() => {
            Some(Text { text: arguments, message, edited: false })
        }
        What::Edited { text, message, .. } => Some(Text { text, message, edited: true }),
        // BotFather's own message, passed on whole, is as good as its token.
        What::Forward { text: Some(text), message, .. } if sealed_token(&text).is_some() => {
            Some(Text { text, message, edited: false })
        }
        _ => None,
    }
}

pub async fn understand(here: Here, text: Text) -> Handled {
    let Here { app, event, sender, tapped } = here;
    if let Some(token) = sealed_token(&text.text) {
        app.paste_token(&event, &sender, Pasted { token, message: text.message }).await?;
        return Ok(None);
    }
    if text.edited {
        app.drop_update(&event).await?;
        return Ok(None);
    }
    match app.expecting(&sender).await? {
        Expecting::Nothing => app.not_understood(&event, &sender).await?,
        Expecting::Token(_) => return Err(Refusal::NotAToken.into()),
        // The picker's own key sends its label.
        Expecting::Person(purpose) if view::is_cancel(&text.text) => app.close_picker(&event, &sender, tapped, purpose).await?,
        Expecting::Person(_) => app.add_person(&event, &sender, typed_guest(&text.text)?).await?,
        Expecting::Title(claw) => app.rename(&event, &sender, tapped, claw, &text.text).await?,
        Expecting::Zone => app.set_zone(&event, &sender, tapped, &text.text).await?,
        Expecting::Reason(id) => app.take_reason(&event, &sender, id, &text.text).await?,
    }
    Ok(None)
}

/// A person typed as a number. A username can change hands, so it names nobody.
fn typed_guest(text: &str) -> Result<Guest, Refusal> {
    let text = text.trim();
    if text.starts_with('@') || text.contains("t.me/") {
        return Err(Refusal::UsernameNotEnough);
    }
    let id = text.parse().ok().map(TelegramId).filter(|id| id.can_be()).ok_or(Refusal::NotANumber)?;
    Ok(Guest { id, name: None })
}

pub fn guest(what: What) -> Option<Result<Guest, Refusal>> {
    match what {
        What::Shared { users, .. } => {
            let first = users.into_iter().next().map(|(id, name)| Guest { id, name });
            Some(first.ok_or(Refusal::NotAPerson))
        }
        What::Contact { user, name, .. } => {
            let known = user.map(|id| Guest { id, name: Some(name) });
            Some(known.ok_or(Refusal::NotAPerson))
        }
        What::Forward { origin, .. } => Some(match origin {
            Origin::Person { id, name } => Ok(Guest { id, name: Some(name) }),
            Origin::Hidden => Err(Refusal::ForwardHidden),
            Origin::NotAPerson => Err(Refusal::NotAPerson),
        }),
        _ => None,
    }
}

pub async fn invite(here: Here, guest: Result<Guest, Refusal>) -> Handled {
    let Here { app, event, sender, .. } = here;
    match (app.expecting(&sender).await?, guest) {
        (Expecting::Person(_), guest) => app.add_person(&event, &sender, guest?).await?,
        // Something passed on that nobody asked for.
        (Expecting::Token(_), _) => return Err(Refusal::NotAToken.into()),
        (Expecting::Nothing | Expecting::Title(_) | Expecting::Zone | Expecting::Reason(_), _) => {
            app.not_understood(&event, &sender).await?;
        }
    }
    Ok(None)
}

pub fn made_bot(what: What) -> Option<BotBrief> {
    match what {
        What::ManagedBot { bot, .. } => Some(bot),
        _ => None,
    }
}

pub async fn connect(here: Here, bot: BotBrief) -> Handled {
    here.app.managed_bot(&here.event, &here.sender, bot).await?;
    Ok(None::<Toast>)
}

/// Whether the person can be written to from now on.
#[derive(Clone, Copy, Debug)]
pub struct Reach(bool);

pub fn reach(what: What) -> Option<Reach> {
    match what {
        What::Reach { reachable, .. } => Some(Reach(reachable)),
        _ => None,
    }
}

pub async fn note_reach(here: Here, reach: Reach) -> Handled {
    here.app.reach_changed(&here.event, &here.sender, reach.0).await?;
    Ok(None)
}

/// A command given to us in a group or a channel.
#[derive(Clone, Copy, Debug)]
pub struct Outside(ChatId);

pub fn outsider(what: What) -> Option<Outside> {
    match what {
        What::Elsewhere { chat, command: true, .. } => Some(Outside(chat)),
        _ => None,
    }
}

pub async fn stay_private(here: Here, outside: Outside) -> Handled {
    here.app.only_in_private(&here.event, outside.0).await?;
    Ok(None)
}
