//! A Bot API of a few lines on a loopback socket. It answers with what a test hands it, one request per connection, and
//! remembers what it was asked. It is a bare socket because it must also do what no server does: read a request and
//! hang up.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::Url;

use crate::{
    bot::api::{BotApi, TapSeal},
    domain::{bot_token::BotToken, ids::TelegramId},
};

/// Our own token in these tests, and what no error may show.
pub const TOKEN: &str = "123456789:AAownownownownownownownownownownown1";

/// One thing the server does with a request.
pub enum Reply {
    /// Answers in the words of the Bot API.
    Says(u16, Value),
    /// Answers with something else.
    Raw(u16, &'static str),
    /// Hangs up after it has read the request.
    HangsUp,
    /// Keeps the connection open and says nothing.
    StaysSilent,
}

/// A success with this result.
pub fn ok(result: Value) -> Reply {
    Reply::Says(200, json!({"ok": true, "result": result}))
}

/// A refusal.
pub fn no(code: u16, description: &str) -> Reply {
    Reply::Says(code, json!({"ok": false, "error_code": code, "description": description}))
}

/// A seal that only says whose button it is, in as many characters as a real tag has.
struct Names;

impl TapSeal for Names {
    fn tag(&self, who: TelegramId, spelling: &str) -> String {
        format!("{spelling}~{:016}", who.0)
    }
}

/// The server, and all it was asked: path and body.
pub struct Server {
    pub url: Url,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    /// Starts a server that gives these replies in turn, and then only hangs up.
    pub async fn with(replies: impl IntoIterator<Item = Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = Url::parse(&format!("http://{}", listener.local_addr().expect("bound"))).expect("a URL");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let replies = Arc::new(Mutex::new(replies.into_iter().collect::<VecDeque<_>>()));
        let journal = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, replies.clone(), journal.clone()));
            }
        });
        Server { url, asked }
    }

    /// Where nobody listens.
    pub fn nowhere() -> Server {
        Server { url: Url::parse("http://127.0.0.1:1").expect("a URL"), asked: Arc::default() }
    }

    /// Our bot, speaking to this server.
    pub fn api(&self) -> BotApi {
        BotApi::new(&BotToken::parse(TOKEN).expect("a token"), &self.url, Arc::new(Names))
    }

    /// The methods called so far, in order.
    pub fn methods(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(path, _)| path.rsplit('/').next().unwrap_or_default().to_owned()).collect()
    }

    /// The path of the request at this place.
    pub fn path(&self, at: usize) -> String {
        self.asked.lock().unwrap()[at].0.clone()
    }

    /// The body of the request at this place.
    pub fn body(&self, at: usize) -> Value {
        self.asked.lock().unwrap()[at].1.clone()
    }
}

async fn serve(mut stream: TcpStream, replies: Arc<Mutex<VecDeque<Reply>>>, asked: Arc<Mutex<Vec<(String, Value)>>>) {
    let mut bytes = Vec::new();
    let (head, body) = loop {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let body = &bytes[end + 4..];
        if body.len() >= length.unwrap_or(0) {
            break (head, serde_json::from_slice(body).unwrap_or_default());
        }
    };
    let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push((path, body));
    let next = replies.lock().unwrap().pop_front();
    let (status, text) = match next {
        Some(Reply::Says(status, body)) => (status, body.to_string()),
        Some(Reply::Raw(status, text)) => (status, text.to_owned()),
        Some(Reply::HangsUp) | None => return,
        Some(Reply::StaysSilent) => std::future::pending().await,
    };
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
    let _ = stream.write_all((head + &text).as_bytes()).await;
}
