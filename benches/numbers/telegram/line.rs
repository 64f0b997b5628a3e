//! One connection of the stand-in: reads calls, answers them, as long as the caller stays.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::Telegram;

/// One call: the method in lower case, and what was posted.
struct Call {
    method: String,
    body: Vec<u8>,
}

pub async fn serve(telegram: Telegram, mut socket: TcpStream) {
    let _ = socket.set_nodelay(true);
    let mut read = Vec::with_capacity(4096);
    loop {
        let call = loop {
            if let Some(call) = take_call(&mut read) {
                break call;
            }
            if socket.read_buf(&mut read).await.unwrap_or(0) == 0 {
                return;
            }
        };
        let (result, pause) = answer(&telegram, &call).await;
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        let body = format!("{{\"ok\":true,\"result\":{result}}}");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        if socket.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The first whole request of what was read, taken out of it.
fn take_call(read: &mut Vec<u8>) -> Option<Call> {
    let head_end = read.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&read[..head_end]).ok()?.to_ascii_lowercase();
    let length =
        head.split("content-length:").nth(1).and_then(|rest| rest.split("\r\n").next()?.trim().parse().ok()).unwrap_or(0);
    if read.len() < head_end + length {
        return None;
    }
    let method = head.split_whitespace().nth(1)?.rsplit('/').next()?.to_owned();
    let body = read[head_end..head_end + length].to_vec();
    read.drain(..head_end + length);
    Some(Call { method, body })
}

async fn answer(telegram: &Telegram, call: &Call) -> (String, Option<Duration>) {
    match call.method.as_str() {
        "getme" => (
            json!({ "id": 4242, "is_bot": true, "first_name": "clawhatch", "username": "clawhatch_bot",
                    "can_join_groups": false, "can_read_all_group_messages": false, "supports_inline_queries": false,
                    "can_connect_to_business": false, "has_main_web_app": false, "can_manage_bots": true })
            .to_string(),
            None,
        ),
        "getupdates" => {
            let asked: Value = serde_json::from_slice(&call.body).unwrap_or_default();
            let seconds = asked["timeout"].as_u64().unwrap_or(0);
            (telegram.poll(asked["offset"].as_i64().unwrap_or(0), Duration::from_secs(seconds)).await, None)
        }
        "sendmessage" | "editmessagetext" => {
            let asked: Value = serde_json::from_slice(&call.body).unwrap_or_default();
            let buttons = asked["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten().flat_map(|row| {
                row.as_array().into_iter().flatten().filter_map(|button| button["callback_data"].as_str().map(str::to_owned))
            });
            let chat = asked["chat_id"].as_i64().unwrap_or(0);
            let (message, pause) = telegram.shown(chat, asked["message_id"].as_i64(), buttons.collect());
            (format!("{{\"message_id\":{message}}}"), pause)
        }
        _ => ("true".to_owned(), None),
    }
}
