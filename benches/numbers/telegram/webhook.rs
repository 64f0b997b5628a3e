//! The other way updates arrive: posted to the product over as many connections as Telegram opens, each update again
//! until it is taken.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Mutex,
    task::JoinSet,
};

use super::Telegram;
use crate::process::WEBHOOK_SECRET;

/// What the product asks Telegram for.
const CONNECTIONS: usize = 40;

impl Telegram {
    /// Posts one update for each chat, as fast as they are taken, and returns when all are. A chat asks when its update
    /// is posted.
    pub async fn post(&self, to: SocketAddr, chats: &[i64], make: impl Fn(i64, i64) -> String) {
        let updates: Vec<(i64, String)> = {
            let mut state = self.state();
            let mut number = || {
                state.next_update += 1;
                state.next_update
            };
            chats.iter().map(|chat| (*chat, make(number(), *chat))).collect()
        };
        let updates = Arc::new(Mutex::new(updates.into_iter()));
        let mut lines = JoinSet::new();
        for _ in 0..CONNECTIONS.min(chats.len()) {
            let (telegram, updates) = (self.clone(), Arc::clone(&updates));
            lines.spawn(async move {
                let mut line = Line { to, socket: None };
                loop {
                    let Some((chat, body)) = updates.lock().await.next() else { return };
                    telegram.state().ask(chat);
                    while !line.post(&body).await {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            });
        }
        lines.join_all().await;
    }
}

/// One connection, which is opened when there is none.
struct Line {
    to: SocketAddr,
    socket: Option<TcpStream>,
}

impl Line {
    /// Whether it was taken with a 200.
    async fn post(&mut self, body: &str) -> bool {
        let taken = self.try_post(body).await.unwrap_or(false);
        if !taken {
            self.socket = None;
        }
        taken
    }

    async fn try_post(&mut self, body: &str) -> std::io::Result<bool> {
        let socket = match &mut self.socket {
            Some(socket) => socket,
            none => {
                let socket = TcpStream::connect(self.to).await?;
                socket.set_nodelay(true)?;
                none.insert(socket)
            }
        };
        let request = format!(
            "POST /telegram HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: {WEBHOOK_SECRET}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.write_all(request.as_bytes()).await?;
        let mut answer = Vec::with_capacity(512);
        // The product's 200 has no body.
        while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            if socket.read_buf(&mut answer).await? == 0 {
                return Ok(false);
            }
        }
        Ok(answer.starts_with(b"HTTP/1.1 200"))
    }
}
