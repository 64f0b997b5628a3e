//! A lean stand-in of the Bot API: it hands out updates, takes messages, and notes when each chat was answered. The
//! sandbox's stand-in knows far more and costs far more; here the product is to be measured, not its surroundings.

mod line;
mod webhook;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{net::TcpListener, sync::Notify};

/// The most updates one poll brings, as at Telegram.
const MOST_POLLED: usize = 100;

#[derive(Clone)]
pub struct Telegram {
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// New updates, for whoever polls.
    offered: Notify,
    answered: Notify,
}

#[derive(Default)]
struct State {
    next_update: i64,
    next_message: i64,
    waiting: VecDeque<(i64, String)>,
    chats: HashMap<i64, Chat>,
    /// Chats that are still to be answered.
    unanswered: usize,
    /// How long Telegram takes over whatever is sent to one chat.
    slow: Option<(i64, Duration)>,
}

/// What is known of one chat.
#[derive(Default)]
pub struct Chat {
    pub asked: Option<Instant>,
    pub answers: Vec<Duration>,
    /// Whatever came after the answer, or without a question.
    pub surplus: usize,
    /// The message last sent and what its buttons carry.
    pub message: i64,
    pub buttons: Vec<String>,
}

impl Telegram {
    pub async fn start() -> Telegram {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let telegram = Telegram { url, inner: Arc::default() };
        let door = telegram.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(line::serve(door.clone(), socket));
            }
        });
        telegram
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers updates and hands them to whoever polls. `make` writes an update with its number.
    pub fn offer(&self, chats: &[i64], make: impl Fn(i64, i64) -> String) {
        let mut state = self.state();
        for chat in chats {
            state.next_update += 1;
            let number = state.next_update;
            state.ask(*chat);
            state.waiting.push_back((number, make(number, *chat)));
        }
        drop(state);
        self.inner.offered.notify_one();
    }

    /// Everything sent to this chat takes so long from now on.
    pub fn slow_down(&self, chat: i64, pause: Duration) {
        self.state().slow = Some((chat, pause));
    }

    /// Waits until every chat that asked was answered.
    pub async fn all_answered(&self, patience: Duration) {
        let end = Instant::now() + patience;
        loop {
            let left = self.state().unanswered;
            if left == 0 {
                return;
            }
            assert!(Instant::now() < end, "{left} chats were not answered within {patience:?}");
            // The note may be given between the look and the wait.
            let _ = tokio::time::timeout(Duration::from_millis(20), self.inner.answered.notified()).await;
        }
    }

    pub fn look<T>(&self, chat: i64, read: impl FnOnce(&Chat) -> T) -> T {
        read(self.state().chats.entry(chat).or_default())
    }

    /// The times of all answers since the last call, the shortest first.
    pub fn take_times(&self) -> Vec<Duration> {
        let mut times: Vec<Duration> = self.state().chats.values_mut().flat_map(|chat| chat.answers.drain(..)).collect();
        times.sort();
        times
    }

    /// Messages nobody asked for.
    pub fn surplus(&self) -> usize {
        self.state().chats.values().map(|chat| chat.surplus).sum()
    }

    /// The updates a poll brings; asking from an offset forgets all before it.
    async fn poll(&self, offset: i64, patience: Duration) -> String {
        let end = Instant::now() + patience;
        loop {
            {
                let mut state = self.state();
                while state.waiting.front().is_some_and(|(number, _)| *number < offset) {
                    state.waiting.pop_front();
                }
                let there: Vec<&str> = state.waiting.iter().take(MOST_POLLED).map(|(_, body)| body.as_str()).collect();
                if !there.is_empty() || Instant::now() >= end {
                    return format!("[{}]", there.join(","));
                }
            }
            let left = end.saturating_duration_since(Instant::now());
            let _ = tokio::time::timeout(left, self.inner.offered.notified()).await;
        }
    }

    /// Something was sent to a chat. Gives the message's number and how long Telegram takes over it.
    fn shown(&self, chat: i64, edited: Option<i64>, buttons: Vec<String>) -> (i64, Option<Duration>) {
        let mut state = self.state();
        state.next_message += 1;
        let message = edited.unwrap_or(state.next_message);
        let there = state.chats.entry(chat).or_default();
        (there.message, there.buttons) = (message, buttons);
        match there.asked.take() {
            Some(asked) => {
                there.answers.push(asked.elapsed());
                state.unanswered -= 1;
                if state.unanswered == 0 {
                    self.inner.answered.notify_one();
                }
            }
            None => there.surplus += 1,
        }
        (message, state.slow.filter(|(slow, _)| *slow == chat).map(|(_, pause)| pause))
    }
}

impl State {
    fn ask(&mut self, chat: i64) {
        if self.chats.entry(chat).or_default().asked.replace(Instant::now()).is_none() {
            self.unanswered += 1;
        }
    }
}
