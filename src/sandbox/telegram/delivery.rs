//! Sends a bot's updates to its webhook, as Telegram does: lanes side by side, in each lane one after another, and what
//! is not taken with a 2xx again later.

use std::{collections::BTreeSet, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};
use url::{Position, Url};

use super::{Telegram, updates::Inbox};
use crate::domain::ids::BotId;

const LONGEST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_RETRY_AFTER: u64 = 3600;
const LARGEST_HEAD: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be sent now, and when to look again at the latest.
struct Plan {
    url: String,
    secret: Option<String>,
    ready: Vec<(i64, String)>,
    next_look: Option<Instant>,
}

impl Telegram {
    /// How long to wait before a webhook's first repetition; it doubles each time. One second when not set.
    pub fn set_webhook_retry(&self, pause: Duration) {
        self.act(|state, _| state.webhook_retry = pause);
    }

    /// Delivers to the bot's present webhook until it is changed or the server stops.
    pub(super) fn spawn_delivery(&self, bot: BotId) {
        let telegram = self.clone();
        let there = self.look(|state| state.bots.get(&bot).map(|bot| (bot.inbox.turn, bot.inbox.bell.subscribe())));
        let Some((turn, mut bell)) = there else { return };
        tokio::spawn(async move {
            loop {
                bell.borrow_and_update();
                let Some(plan) = telegram.plan(bot, turn) else { return };
                for (update_id, body) in plan.ready {
                    let (telegram, url, secret) = (telegram.clone(), plan.url.clone(), plan.secret.clone());
                    tokio::spawn(async move {
                        let outcome = match timeout(PATIENCE, post(&url, secret.as_deref(), &body)).await {
                            Ok(outcome) => outcome,
                            Err(_) => Err((None, "Read timeout expired".to_owned())),
                        };
                        telegram.delivered(bot, update_id, outcome);
                    });
                }
                let next_look = plan.next_look.unwrap_or_else(|| Instant::now() + LONGEST_PAUSE);
                tokio::select! {
                    _ = bell.changed() => {}
                    () = tokio::time::sleep_until(next_look) => {}
                    () = telegram.inner.stop.cancelled() => return,
                }
            }
        });
    }

    fn plan(&self, bot: BotId, turn: u64) -> Option<Plan> {
        let now = self.now();
        let mut state = self.lock();
        let inbox = &mut state.bots.get_mut(&bot)?.inbox;
        let webhook = inbox.webhook.as_ref().filter(|webhook| inbox.turn == turn && !webhook.foreign)?;
        let (url, secret, most) = (webhook.url.clone(), webhook.secret.clone(), webhook.max_connections);
        inbox.drop_old(now);
        let (ready, next_look) = take_heads(inbox, most);
        Some(Plan { url, secret, ready, next_look })
    }

    fn delivered(&self, bot: BotId, update_id: i64, outcome: Result<(), (Option<u64>, String)>) {
        self.act(|state, now| {
            let first_pause = state.webhook_retry;
            let Some(bot) = state.bots.get_mut(&bot) else { return };
            match outcome {
                Ok(()) => bot.inbox.pending.retain(|pending| pending.update_id != update_id),
                Err((retry_after, what)) => {
                    if let Some(webhook) = &mut bot.inbox.webhook {
                        webhook.last_error = Some((now, what));
                    }
                    for pending in bot.inbox.pending.iter_mut().filter(|pending| pending.update_id == update_id) {
                        let doubled = first_pause.saturating_mul(1 << pending.tries.min(16)).min(LONGEST_PAUSE);
                        let pause = retry_after.map_or(doubled, |seconds| Duration::from_secs(seconds.min(LONGEST_RETRY_AFTER)));
                        pending.tries += 1;
                        pending.in_flight = false;
                        pending.not_before = Some(Instant::now() + pause);
                    }
                }
            }
            bot.inbox.ring();
        });
    }
}

/// Marks and gives the first update of every lane that may go now.
fn take_heads(inbox: &mut Inbox, most: usize) -> (Vec<(i64, String)>, Option<Instant>) {
    let now = Instant::now();
    let mut lanes = BTreeSet::new();
    let mut free = most.saturating_sub(inbox.pending.iter().filter(|pending| pending.in_flight).count());
    let (mut ready, mut next_look) = (Vec::new(), None::<Instant>);
    for pending in &mut inbox.pending {
        if !lanes.insert(pending.lane) || pending.in_flight {
            continue;
        }
        match pending.not_before {
            Some(at) if at > now => next_look = Some(next_look.map_or(at, |earliest| earliest.min(at))),
            Some(_) | None if free == 0 => break,
            Some(_) | None => {
                free -= 1;
                pending.in_flight = true;
                ready.push((pending.update_id, pending.body.to_string()));
            }
        }
    }
    (ready, next_look)
}

/// Posts `body` over a connection of its own. An error carries the answer's Retry-After, if it had one, and what happened.
async fn post(url: &str, secret: Option<&str>, body: &str) -> Result<(), (Option<u64>, String)> {
    let failed = |what: &str| (None, what.to_owned());
    let url = Url::parse(url).map_err(|_| failed("Bad webhook URL"))?;
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    let address = (host.trim_matches(['[', ']']), port);
    let mut stream = TcpStream::connect(address).await.map_err(|_| failed("Connection refused"))?;
    let secret = secret.map_or_else(String::new, |secret| format!("X-Telegram-Bot-Api-Secret-Token: {secret}\r\n"));
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{secret}\
         Connection: close\r\n\r\n{body}",
        &url[Position::BeforePath..Position::AfterQuery],
        body.len()
    );
    stream.write_all(request.as_bytes()).await.map_err(|_| failed("Connection closed"))?;
    // The head is all that counts; whoever keeps the connection open must not hold up the lane.
    let mut answer = Vec::with_capacity(LARGEST_HEAD);
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") && answer.len() < LARGEST_HEAD {
        if stream.read_buf(&mut answer).await.map_err(|_| failed("Connection closed"))? == 0 {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let mut head = answer.split("\r\n\r\n").next().unwrap_or_default().lines();
    let status = head.next().and_then(|line| line.split_once(' ')).map(|(_, status)| status).unwrap_or_default();
    if status.starts_with('2') {
        return Ok(());
    }
    let retry_after = head.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("retry-after").then(|| value.trim().parse().ok())?
    });
    Err((retry_after, format!("Wrong response from the webhook: {status}")))
}
