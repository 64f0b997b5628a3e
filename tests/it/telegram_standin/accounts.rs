//! Bots that are made, by link and by BotFather, and what else people can do.

use std::sync::Arc;

use clawhatch::{
    domain::ids::ChatId,
    sandbox::telegram::{BOTFATHER, Forward, NotCreated},
};
use serde_json::json;

use super::world::{ANN, BOB, World};

#[tokio::test]
async fn a_managed_bot_is_made_run_and_taken_back() {
    let w = World::new();
    let link = "https://t.me/newbot/hatchery_bot/anns_helper_bot?name=Ann%27s%20helper";
    let made = w.telegram.opens_newbot_link(ANN, link).unwrap();
    assert_eq!((made.name.as_str(), made.owner), ("Ann's helper", Some(ANN)));
    assert_eq!(w.telegram.opens_newbot_link(BOB, link), Err(NotCreated::UsernameOccupied));
    assert_eq!(w.telegram.opens_newbot_link_as(BOB, link, "B", "bobs_helper"), Err(NotCreated::UsernameSuffixMissing));
    let update = w.updates(0).await[0]["managed_bot"].clone();
    assert_eq!((&update["user"]["id"], &update["bot"]["id"]), (&json!(ANN), &json!(made.id)));
    let of = json!({ "user_id": made.id });
    assert_eq!(w.ok("getManagedBotToken", of.clone()).await, json!(made.token));
    assert!(!w.telegram.journal().iter().any(|call| call.answer.to_string().contains(&made.token)));

    let renewed = w.telegram.revoke_token(made.id).unwrap();
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.0, 401);
    assert_eq!(w.updates(0).await.len(), 2);
    let replaced = w.ok("replaceManagedBotToken", of.clone()).await;
    assert_ne!(replaced, json!(renewed));
    assert_eq!((w.updates(0).await.len(), w.call_as(&renewed, "getMe", json!({})).await.0), (2, 401));

    w.ok("setManagedBotAccessSettings", json!({ "user_id": made.id, "is_access_restricted": true })).await;
    assert_eq!(w.ok("getManagedBotAccessSettings", of.clone()).await, json!({ "is_access_restricted": true, "added_users": [] }));
    w.telegram.says(BOB, made.id, "/start");
    w.telegram.says(ANN, made.id, "hello");
    w.telegram.claw_attached(made.id, Arc::new(|text| format!("You said {text}")));
    w.telegram.says(ANN, made.id, "more");
    w.telegram.says(BOB, made.id, "and me?");
    insta::assert_snapshot!(w.telegram.transcript(ANN, made.id), @r"
    Ann: hello
    Ann's helper: You said hello
    Ann: more
    Ann's helper: You said more
    ");
    assert_eq!(w.telegram.transcript(BOB, made.id), "Bob: /start\nBob: and me?\n");
    w.telegram.claw_detached(made.id);
    w.telegram.says(ANN, made.id, "anyone?");
    assert_eq!(w.telegram.waiting_updates(made.id).len(), 1);

    let other = w.telegram.add_bot("Other", "other_bot", false);
    assert_eq!(w.refused("getManagedBotToken", json!({ "user_id": other.id })).await, "403 Forbidden: BOT_ACCESS_FORBIDDEN");
    let eleven: Vec<i64> = (0..11).collect();
    let many = json!({ "user_id": made.id, "is_access_restricted": true, "added_user_ids": eleven });
    assert_eq!(w.refused("setManagedBotAccessSettings", many).await, "400 Bad Request: too many user identifiers specified");
}

#[tokio::test]
async fn botfather_makes_a_bot_in_a_conversation() {
    let w = World::new();
    for text in ["/newbot", "Bob's bot", "bobby", "hatchery_bot", "bobbys_bot"] {
        w.telegram.says(BOB, BOTFATHER, text);
    }
    let made = w.telegram.bot_by_username("@BobbyS_bot").unwrap();
    let chat = w.telegram.transcript(BOB, BOTFATHER).replace(&made.token, "<the token>");
    insta::assert_snapshot!(chat, @r"
    Bob: /newbot
    BotFather: A new bot, then. What shall people call it? Send me a name for it.
    Bob: Bob's bot
    BotFather: Good. Now a username for it. It has to end in `bot`, like TetrisBot or tetris_bot.
    Bob: bobby
    BotFather: A bot's username has to end in `bot`, like tetris_bot. Please try another.
    Bob: hatchery_bot
    BotFather: Sorry, somebody has that username already. Please try something different.
    Bob: bobbys_bot
    BotFather: Done! Your new bot is at t.me/bobbys_bot. You can add a description and a picture to it now.

      This token opens the HTTP API:
      <the token>
      Keep it safe: whoever has it controls your bot.
    ");
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.1["result"]["username"], json!("bobbys_bot"));
    w.telegram.says(BOB, BOTFATHER, "/revoke @bobbys_bot");
    assert_eq!(w.call_as(&made.token, "getMe", json!({})).await.0, 401);
    let new = w.telegram.bot(made.id).unwrap().token;
    assert!(w.telegram.last_from_bot(BOB, BOTFATHER).unwrap().text.contains(&new));
    w.telegram.says(ANN, BOTFATHER, "/revoke bobbys_bot");
    assert_eq!(w.telegram.bot(made.id).unwrap().token, new, "only the owner may");
}

#[tokio::test]
async fn keyboards_forwards_payments_and_groups() {
    let w = World::new();
    w.telegram.says(ANN, w.bot.id, "/start");
    let key = json!({ "text": "Choose", "request_users": { "request_id": 4, "request_name": true } });
    let markup = json!({ "keyboard": [[key, { "text": "Cancel" }]], "one_time_keyboard": true });
    let asked = w.ok("sendMessage", json!({ "chat_id": ANN, "text": "Who?", "reply_markup": markup })).await;
    let edit = json!({ "chat_id": ANN, "message_id": asked["message_id"], "text": "Who else?" });
    assert_eq!(w.refused("editMessageText", edit).await, "400 Bad Request: message can't be edited");
    assert_eq!(w.telegram.shares_users(ANN, w.bot.id, 5, &[BOB]), None);
    assert!(w.telegram.shares_users(ANN, w.bot.id, 4, &[BOB]).is_some());
    assert_eq!(w.telegram.reply_keyboard(ANN, w.bot.id), None);
    w.telegram.forwards(ANN, w.bot.id, Forward::Hidden("Eve".into()), "look");
    let group = ChatId(-1_001);
    w.telegram.add_group(group, "Friends");
    w.telegram.adds_bot_to(ANN, w.bot.id, group);
    w.telegram.says_in_group(ANN, group, "not for bots");
    w.telegram.says_in_group(ANN, group, "/start@hatchery_bot");
    let updates = w.updates(0).await;
    assert_eq!(
        updates[1]["message"]["users_shared"],
        json!({ "request_id": 4, "users": [{ "user_id": BOB, "first_name": "Bob", "last_name": "Brown" }] })
    );
    assert_eq!(updates[2]["message"]["forward_origin"]["sender_user_name"], json!("Eve"));
    assert_eq!(updates[3]["my_chat_member"]["chat"]["title"], json!("Friends"));
    assert_eq!((updates.len(), updates[4]["message"]["text"].as_str()), (5, Some("/start@hatchery_bot")));

    let query = w.telegram.pays(ANN, w.bot.id, "month", 350).unwrap();
    w.ok("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": query, "ok": true })).await;
    let last = w.updates(-1).await;
    assert_eq!(last[0]["message"]["successful_payment"]["total_amount"], json!(350));
    assert_eq!(
        w.telegram.says_raw(w.bot.id, json!({ "news_kind": { "a": 1 } })),
        Some(last[0]["update_id"].as_i64().unwrap() + 1)
    );
}
