//! Bot accounts: ours, a customer's, and one made through us.

use serde_json::json;

use super::server::{Reply, Server, TOKEN, no, ok};
use crate::{
    domain::{
        bot_token::BotToken,
        ids::{BotId, TelegramId},
    },
    drivers::telegram::{AccountError, BotAccounts, OwnBot},
};

const THEIRS: &str = "555555555:AAtheirtheirtheirtheirtheirtheirthe2";

fn theirs() -> BotToken {
    BotToken::parse(THEIRS).expect("a token")
}

#[tokio::test]
async fn our_own_bot_says_whether_it_may_make_others() {
    for (more, may) in [(json!(true), true), (json!(false), false)] {
        let me = json!({"id": 1, "is_bot": true, "first_name": "H", "username": "hatch_bot", "can_manage_bots": more});
        let own = OwnBot { id: BotId(1), username: "hatch_bot".into(), can_manage_bots: may };
        assert_eq!(Server::with([ok(me)]).await.api().own().await, Ok(own));
    }
    let older = json!({"id": 1, "is_bot": true, "first_name": "H", "username": "hatch_bot"});
    assert!(!Server::with([ok(older)]).await.api().own().await.expect("read").can_manage_bots);
    assert_eq!(Server::with([no(401, "Unauthorized")]).await.api().own().await, Err(AccountError::Dead));
}

#[tokio::test]
async fn a_customers_token_is_looked_at_and_left_alone() {
    // Both questions go out at once, so one answer serves for both.
    let both = |url: &str| {
        let answer = json!({"id": 555, "is_bot": true, "first_name": "Claw\u{202e}", "username": "claw_bot", "url": url});
        [ok(answer.clone()), ok(answer)]
    };
    for (url, foreign) in [("", false), ("https://other.example/hook", true)] {
        let server = Server::with(both(url)).await;
        let found = server.api().inspect(&theirs()).await.expect("a live token");
        assert_eq!((found.bot.id, found.bot.username.as_str(), found.bot.name.as_str()), (BotId(555), "claw_bot", "Claw"));
        assert_eq!(found.foreign_webhook, foreign);
        let mut methods = server.methods();
        methods.sort();
        assert_eq!(methods, ["getMe", "getWebhookInfo"]);
        assert!(server.path(0).starts_with(&format!("/bot{THEIRS}/")));
    }
}

#[tokio::test]
async fn only_telegram_says_that_a_token_is_dead() {
    let dead = || [no(401, "Unauthorized"), no(401, "Unauthorized")];
    assert_eq!(Server::with(dead()).await.api().inspect(&theirs()).await, Err(AccountError::Dead));
    let unknown = || [no(404, "Not Found"), no(404, "Not Found")];
    assert_eq!(Server::with(unknown()).await.api().inspect(&theirs()).await, Err(AccountError::Dead));
    for reply in [|| Reply::Raw(404, "a proxy's page"), || Reply::HangsUp, || no(500, "x"), || no(429, "x")] {
        let silent = Server::with([reply(), reply()]).await.api().inspect(&theirs()).await.expect_err("no answer");
        assert!(matches!(&silent, AccountError::Silent(why) if !why.contains("AAtheir")), "{silent:?}");
    }
}

#[tokio::test]
async fn a_bot_made_through_us_gives_its_token() {
    let server = Server::with([ok(json!(THEIRS))]).await;
    let token = server.api().managed_token(BotId(555)).await.expect("a token");
    assert_eq!(token.expose(), THEIRS);
    assert_eq!((server.methods(), server.body(0)), (vec!["getManagedBotToken".to_owned()], json!({"user_id": 555})));
    let refusal = |code, text: &'static str| async move {
        Server::with([no(code, text)]).await.api().managed_token(BotId(555)).await.expect_err("refused")
    };
    let refused = |text: &str| AccountError::Refused(text.into());
    assert_eq!(refusal(403, "Forbidden: BOT_ACCESS_FORBIDDEN").await, refused("Forbidden: BOT_ACCESS_FORBIDDEN"));
    assert_eq!(refusal(404, "Not Found").await, refused("Not Found"));
    assert!(matches!(refusal(401, "Unauthorized").await, AccountError::Silent(_)), "ours is dead, theirs may live");
    let junk = Server::with([ok(json!(format!("{TOKEN} and more")))]).await.api().managed_token(BotId(555)).await;
    assert!(matches!(junk, Err(AccountError::Silent(_))));
}

#[tokio::test]
async fn strangers_are_kept_out_and_let_in() {
    let server = Server::with([ok(json!(true)), ok(json!(true)), ok(json!(true))]).await;
    let api = server.api();
    api.restrict(BotId(555), Some(&[TelegramId(42)])).await.expect("taken");
    api.restrict(BotId(555), Some(&[])).await.expect("taken");
    api.restrict(BotId(555), None).await.expect("taken");
    assert_eq!(server.methods()[0], "setManagedBotAccessSettings");
    assert_eq!(server.body(0), json!({"user_id": 555, "is_access_restricted": true, "added_user_ids": [42]}));
    assert_eq!(server.body(1), json!({"user_id": 555, "is_access_restricted": true, "added_user_ids": []}));
    assert_eq!(server.body(2), json!({"user_id": 555, "is_access_restricted": false}));
}
