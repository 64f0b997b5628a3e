//! Connecting a bot for a claw to live in: a pasted token, or one tap through Telegram's managed bots.

use serde_json::json;

use crate::{
    app::{Act, App, Error, Event, Result, Sender, Tapped, inbox::pending_place},
    domain::{
        bot_token::BotToken,
        claw::Spec,
        ids::{BotId, MessageId, PendingTokenId, PersonId},
        notice::{Notice, Offer},
        person::{BotBrief, Person},
        refusal::Refusal,
        secret::Secret,
        wizard::{Desk, Expecting, Purpose, Wizard, WizardStep},
    },
    drivers::{
        telegram::{AccountError, FoundBot},
        vault::{Place, VaultError},
    },
    store::Bot,
};

/// A message that held a token, which is sealed by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pasted {
    pub token: PendingTokenId,
    pub message: MessageId,
}

/// Where a connected bot's token is sealed to. Bound to the person too: swapped rows do not open.
pub(crate) fn token_place(bot: BotId, person: PersonId) -> Place {
    Place { table: "bots", column: "token", owner: format!("{bot}/{person}") }
}

impl App {
    /// The link that opens Telegram's own dialog for a new bot (core.telegram.org/bots/api, managed bots). The
    /// suggested username is only a hint: what is created is told by its creator. A name is suggested where there are words.
    pub(crate) fn creation_link(&self, person: &Person) -> String {
        let hint = u64::from_be_bytes(person.id.0.as_bytes()[8..].try_into().unwrap_or_default()) % 100_000_000;
        format!("https://t.me/newbot/{}/claw_{hint}_bot", self.own.username)
    }

    /// Shows how to get a token and waits for one.
    pub async fn ask_token(&self, event: &Event, sender: &Sender, tapped: Tapped, purpose: Purpose) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        if let Purpose::Claw(claw) = purpose {
            act.own_claw(&person, claw).await?;
        }
        act.screen(&person, tapped, Notice::BotGuide { purpose, refusal: None }).await?;
        act.commit().await
    }

    /// A token arrived. It is asked of Telegram, kept with its person, and its message is deleted whatever comes of it.
    pub async fn paste_token(&self, event: &Event, sender: &Sender, pasted: Pasted) -> Result<()> {
        let found = self.look_at(sender, pasted.token).await;
        crash_point!("token-inspected");
        let (mut act, person) = self.act_of(event, sender).await?;
        act.delete(sender.id.chat(), pasted.message).await?;
        let mut desk = act.tx.load_desk(person.id).await?;
        let purpose = token_purpose(&desk);
        let connected = match found {
            Ok((token, found)) => act.connect(&person, &found.bot, &token, false).await.map(|()| found),
            Err(refusal) => Err(refusal.into()),
        };
        act.tx.erase_pending_token(pasted.token).await?;
        match connected {
            Ok(found) => {
                // The token of a bot that hosts a claw is a new token for that claw, whatever it was sent for.
                let hosted = act.tx.find_claw_of_bot(found.bot.id).await?.filter(|claw| !claw.is_leaving());
                let purpose = match (purpose, hosted) {
                    (Purpose::Hatch, Some(claw)) => Purpose::Claw(claw.id),
                    (purpose, _) => purpose,
                };
                desk.found = Some((purpose, found.bot.id));
                act.tx.put_desk(person.id, &desk).await?;
                let notice = Notice::BotFound { purpose, bot: found.bot, foreign_webhook: found.foreign_webhook, pasted: true };
                act.screen(&person, Tapped::Vanished, notice).await?;
            }
            Err(Error::Refused(refusal)) => {
                act.screen(&person, Tapped::Vanished, Notice::BotGuide { purpose, refusal: Some(refusal) }).await?;
            }
            Err(other) => return Err(other),
        }
        act.commit().await
    }

    /// Asks Telegram what a pending token opens.
    async fn look_at(&self, sender: &Sender, id: PendingTokenId) -> std::result::Result<(BotToken, FoundBot), Refusal> {
        let sealed = async { self.db.look().await?.find_pending_token(id, sender.id).await }.await;
        let sealed = sealed.map_err(|_| Refusal::TelegramSilent)?.ok_or(Refusal::TokenForgotten)?;
        let plain = self.vault.open(&sealed, &pending_place(id)).map_err(|_| Refusal::TokenForgotten)?;
        let token = std::str::from_utf8(plain.expose()).ok().and_then(BotToken::parse).ok_or(Refusal::NotAToken)?;
        if token.bot == self.own.id {
            return Err(Refusal::OurOwnBot);
        }
        match self.accounts.inspect(&token).await {
            Ok(found) if found.bot.id == token.bot => Ok((token, found)),
            Ok(_) | Err(AccountError::Dead) => Err(Refusal::TokenDead),
            Err(AccountError::Silent(_) | AccountError::Refused(_)) => Err(Refusal::TelegramSilent),
        }
    }

    /// Telegram says that a person made a bot through us, or that such a bot's token changed.
    pub async fn managed_bot(&self, event: &Event, sender: &Sender, brief: BotBrief) -> Result<()> {
        if self.is_forgotten(sender, brief.id).await? {
            return self.drop_update(event).await;
        }
        let token = match self.accounts.managed_token(brief.id).await {
            Ok(token) => token,
            Err(AccountError::Silent(why)) => return Err(Error::Silent(format!("asking for a managed bot's token: {why}"))),
            Err(error @ (AccountError::Dead | AccountError::Refused(_))) => {
                tracing::warn!(bot = %brief.id, %error, "a managed bot's token is not given to us");
                return self.drop_update(event).await;
            }
        };
        crash_point!("managed-token-fetched");
        let (mut act, person) = self.act_of(event, sender).await?;
        let known = act.tx.find_bot(brief.id).await?.is_some_and(|bot| bot.person == person.id && bot.token.is_some());
        match act.connect(&person, &brief, &token, true).await {
            Ok(()) => {}
            Err(Error::Refused(refusal)) => {
                tracing::info!(bot = %brief.id, %refusal, "a managed bot was not connected");
                return act.commit().await;
            }
            Err(other) => return Err(other),
        }
        if known {
            // Its token was replaced: the claw gets the new one.
            if let Some(claw) = act.tx.find_claw_of_bot(brief.id).await?.filter(|claw| !claw.is_leaving()) {
                let spec = claw.spec.clone();
                let claw = claw.change(spec, act.now);
                act.save_claw(&claw, Some(act.now)).await?;
                act.note("claw.new_token", person.id, Some(claw.id)).await?;
            }
            return act.commit().await;
        }
        let mut desk = act.tx.load_desk(person.id).await?;
        match act.bot_is_awaited(&person, &desk).await? {
            Some(purpose) => {
                desk.found = Some((purpose, brief.id));
                act.tx.put_desk(person.id, &desk).await?;
                let found = Notice::BotFound { purpose, bot: brief, foreign_webhook: false, pasted: false };
                act.screen(&person, Tapped::Vanished, found).await?;
            }
            None => {
                act.say(&person, format!("kept:{}", brief.id), Notice::BotKept { bot: brief.username }).await?;
            }
        }
        act.commit().await
    }

    /// Whether this bot is left over from somebody who asked to be forgotten: what becomes of it is no act of theirs that
    /// would make them known again.
    async fn is_forgotten(&self, sender: &Sender, bot: BotId) -> Result<bool> {
        let mut tx = self.db.look().await?;
        let known = tx.find_person_by_telegram(sender.id).await?.is_some();
        Ok(!known && tx.find_bot(bot).await?.is_some_and(|bot| bot.token.is_none()))
    }

    /// "Use this bot": it becomes the wizard's answer, or the next bot of a living claw, as the button said.
    pub async fn use_bot(&self, event: &Event, sender: &Sender, tapped: Tapped, purpose: Purpose, bot: BotId) -> Result<()> {
        let (mut act, person) = self.act_of(event, sender).await?;
        let mine = act.tx.find_bot(bot).await?.filter(|known| known.person == person.id && known.token.is_some());
        if mine.is_none() {
            return Err(Refusal::TokenForgotten.into());
        }
        let mut desk = act.tx.load_desk(person.id).await?;
        match purpose {
            Purpose::Claw(id) => {
                let claw = act.own_claw(&person, id).await?;
                desk.found = Some((purpose, bot));
                act.tx.put_desk(person.id, &desk).await?;
                let change = act.bot_change(bot).await?;
                act.ask_change(&person, tapped, &claw, change).await?;
            }
            Purpose::Hatch => {
                if act.tx.find_claw_with_bot(bot).await?.is_some() {
                    return Err(Refusal::BotBusy.into());
                }
                desk.found = None;
                let wizard = desk.wizard.take().unwrap_or_else(|| Wizard::begin(person.agreed()));
                desk.wizard = Some(wizard.use_bot(bot, person.agreed()));
                act.tx.put_desk(person.id, &desk).await?;
                act.draw_wizard(&person, tapped, &desk).await?;
            }
        }
        act.commit().await
    }

    /// The token of the bot a claw lives in, for the one call that needs it.
    pub(crate) fn open_token(&self, bot: &Bot) -> std::result::Result<BotToken, VaultError> {
        let sealed = bot.token.as_deref().ok_or(VaultError::Malformed)?;
        let plain: Secret<Vec<u8>> = self.vault.open(sealed, &token_place(bot.brief.id, bot.person))?;
        std::str::from_utf8(plain.expose()).ok().and_then(BotToken::parse).ok_or(VaultError::Malformed)
    }
}

/// What a token that arrives now is for.
fn token_purpose(desk: &Desk) -> Purpose {
    match desk.expecting {
        Expecting::Token(purpose) => purpose,
        Expecting::Nothing | Expecting::Person(_) | Expecting::Title(_) | Expecting::Zone | Expecting::Reason(_) => {
            Purpose::Hatch
        }
    }
}

impl Act<'_> {
    /// What a bot made in one tap is for, if this person is about to choose one.
    async fn bot_is_awaited(&mut self, person: &Person, desk: &Desk) -> Result<Option<Purpose>> {
        let awaited = match (&desk.expecting, &desk.wizard) {
            (Expecting::Token(_), _) => true,
            (_, Some(wizard)) => wizard.step <= WizardStep::Bot,
            (_, None) => matches!(self.offer(person).await?.0, Offer::Trial { .. } | Offer::Entitled(_)),
        };
        Ok(awaited.then(|| token_purpose(desk)))
    }

    /// Keeps a bot with its person, unless it is somebody else's.
    async fn connect(&mut self, person: &Person, brief: &BotBrief, token: &BotToken, managed: bool) -> Result<()> {
        let known = self.tx.find_bot(brief.id).await?;
        if let Some(other) = known.as_ref().filter(|bot| bot.person != person.id && bot.token.is_some()) {
            if !self.is_passed_on(other, token).await? {
                self.audit("bot.taken", Some(person.id), None, json!({ "bot": brief.id })).await?;
                return Err(Refusal::BotTaken.into());
            }
            self.audit("bot.passed_on", Some(person.id), None, json!({ "bot": brief.id })).await?;
        }
        // A bot made through us stays so, by whatever way its token comes.
        let managed = managed || known.is_some_and(|bot| bot.managed);
        let sealed = self.app.vault.seal(token.expose().as_bytes(), &token_place(brief.id, person.id));
        let bot = Bot { brief: brief.clone(), person: person.id, managed, token: Some(sealed), access: None };
        self.tx.put_bot(&bot, self.now).await?;
        self.audit("bot.connect", Some(person.id), None, json!({ "bot": brief.id, "managed": managed })).await
    }

    /// Whether a bot somebody else connected may go to whoever brings this token, which Telegram accepts. A bot has one
    /// token at a time: if theirs is another one, it is dead. A bot their claw lives in stays theirs.
    async fn is_passed_on(&mut self, bot: &Bot, token: &BotToken) -> Result<bool> {
        let replaced = self.app.open_token(bot).is_ok_and(|theirs| theirs.expose() != token.expose());
        Ok(replaced && self.tx.find_claw_with_bot(bot.brief.id).await?.is_none())
    }

    /// The specification with another bot, for a claw that lives.
    pub(crate) async fn with_bot(&mut self, person: &Person, spec: &Spec, bot: BotId) -> Result<Spec> {
        let mine = self.tx.find_bot(bot).await?.is_some_and(|known| known.person == person.id && known.token.is_some());
        if !mine {
            return Err(Refusal::TokenForgotten.into());
        }
        if self.tx.find_claw_with_bot(bot).await?.is_some_and(|claw| claw.spec.bot != spec.bot) {
            return Err(Refusal::BotBusy.into());
        }
        Ok(Spec { bot, ..spec.clone() })
    }
}
