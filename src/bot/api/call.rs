//! One call to the Bot API and how it can fail.
//!
//! The payloads are teloxide's and its HTTP client is used, but not its way of sending: that sleeps ten seconds after
//! a 5xx, drops `error_code`, calls a delivered message a failure when it cannot read all of it, and names the URL,
//! which holds the token, in its network errors. Here an error is a short text of our own or Telegram's description
//! with the token taken out.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use teloxide::{Bot, requests::Payload};

use crate::drivers::telegram::{AccountError, SendError};

/// How long an ordinary call may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How long to wait when Telegram says "too many requests" and not until when.
const WAIT_UNTOLD: Duration = Duration::from_secs(3);
/// More than a hundred of the longest updates; a longer answer is not the Bot API's.
const MOST_ANSWER_BYTES: usize = 16 << 20;
/// Descriptions are cut to this many characters.
const MOST_DESCRIPTION: usize = 200;

/// Why a call did not give what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Telegram answered no.
    Said { code: u16, text: String, wait: Option<Duration> },
    /// The request surely did not get there.
    Unreached(String),
    /// It may have got there, and may have been carried out.
    Unclear(String),
}

/// What every answer looks like.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    result: Option<Value>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Value>,
}

/// Calls the method `payload` stands for and reads of its result what `T` needs.
pub(super) async fn call<P, T>(bot: &Bot, payload: &P, patience: Duration) -> Result<T, Failure>
where
    P: Payload + Serialize + Sync,
    T: DeserializeOwned,
{
    let body = serde_json::to_vec(payload).map_err(|_| Failure::Unreached("the request could not be written".into()))?;
    let mut url = bot.api_url();
    url.path_segments_mut()
        .map_err(|()| Failure::Unreached("the address of the Bot API cannot carry a path".into()))?
        .pop_if_empty()
        .push(&format!("bot{}", bot.token()))
        .push(&method_name(P::NAME));
    let request = bot.client().post(url).header("content-type", "application/json").timeout(patience).body(body);
    // The errors are judged by kind and never shown: they hold the URL.
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            Failure::Unreached("no connection to the Bot API".into())
        } else if error.is_timeout() {
            Failure::Unclear(format!("nothing for {patience:?}"))
        } else {
            Failure::Unclear("the connection broke".into())
        }
    })?;
    let status = response.status().as_u16();
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Unclear("the answer broke off".into()))? {
        if answer.len() + chunk.len() > MOST_ANSWER_BYTES {
            return Err(Failure::Unclear("the answer is too long".into()));
        }
        answer.extend_from_slice(&chunk);
    }
    understand(status, &answer).map_err(|failure| without_token(failure, bot.token()))
}

/// Reads an answer. What is not of the Bot API's form came from something in between, which may or may not have passed
/// the request on.
fn understand<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Failure> {
    let said = |code, text: &str, wait| Failure::Said { code, text: text.to_owned(), wait };
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        return Err(match status {
            429 => said(429, "Too Many Requests", None),
            500.. => said(status, "not in the words of the Bot API", None),
            _ => Failure::Unclear(format!("HTTP {status}, and not in the words of the Bot API")),
        });
    };
    if !answer.ok {
        let wait = answer.parameters.as_ref().and_then(|all| all.get("retry_after")).and_then(Value::as_u64);
        let text = answer.description.as_deref().unwrap_or("no description");
        return Err(said(answer.error_code.unwrap_or(status), text, wait.map(Duration::from_secs)));
    }
    T::deserialize(answer.result.unwrap_or_default())
        .map_err(|_| Failure::Unclear("it was accepted, with an answer we cannot read".into()))
}

/// teloxide writes `GetMe`; the documentation, and so every log and stand-in, writes `getMe`.
fn method_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// A description repeats what it was given now and then, so the token's secret half is cut out of it, and only then is
/// it shortened: half a token is not recognised any more.
fn without_token(failure: Failure, token: &str) -> Failure {
    match failure {
        Failure::Said { code, text, wait } => {
            let secret = token.split_once(':').map_or(token, |(_, secret)| secret);
            let text = text.replace(secret, "***").chars().take(MOST_DESCRIPTION).collect();
            Failure::Said { code, text, wait }
        }
        Failure::Unreached(_) | Failure::Unclear(_) => failure,
    }
}

impl Failure {
    /// Whether Telegram's description has one of these in it.
    pub(super) fn mentions(&self, parts: &[&str]) -> bool {
        match self {
            Failure::Said { text, .. } => {
                let text = text.to_lowercase();
                parts.iter().any(|part| text.contains(&part.to_lowercase()))
            }
            Failure::Unreached(_) | Failure::Unclear(_) => false,
        }
    }
}

/// The person has blocked us or is no more.
const GONE_PEOPLE: &[&str] =
    &["chat not found", "user is deactivated", "user_deactivated", "peer_id_invalid", "user not found", "bot was blocked"];
/// The message cannot be changed any more.
const GONE_MESSAGES: &[&str] = &[
    "message to edit not found",
    "message to delete not found",
    "message can't be edited",
    "message can't be deleted",
    "message_id_invalid",
    "message identifier is not specified",
    "there is no text in the message to edit",
];

impl From<Failure> for SendError {
    fn from(failure: Failure) -> SendError {
        let (code, text, wait) = match &failure {
            Failure::Said { code, text, wait } => (*code, text.clone(), *wait),
            Failure::Unreached(why) => return SendError::Unreached(why.clone()),
            Failure::Unclear(why) => return SendError::Unclear(why.clone()),
        };
        match code {
            429 => SendError::Wait(wait.unwrap_or(WAIT_UNTOLD)),
            // 404 is what a token of a wrong form gets: every method we call exists.
            401 | 404 => SendError::LockedOut,
            403 => SendError::Blocked,
            // The front of the Bot API may have passed the request on before it gave up, and the server itself may
            // fail after the message went out. There is no key to ask by, so this stays open: whoever must be sure
            // sends again and may be seen twice, whoever need not gives up (an edit can always be repeated).
            500.. => SendError::Failed(format!("Telegram failed with {code}")),
            _ if failure.mentions(GONE_PEOPLE) => SendError::Blocked,
            _ if failure.mentions(GONE_MESSAGES) => SendError::TargetGone,
            _ => SendError::Refused(text),
        }
    }
}

impl From<Failure> for AccountError {
    fn from(failure: Failure) -> AccountError {
        match failure {
            Failure::Said { code: 401 | 404, .. } => AccountError::Dead,
            Failure::Said { code: 429, wait, .. } => {
                AccountError::Silent(format!("asked to wait {} s", wait.unwrap_or(WAIT_UNTOLD).as_secs()))
            }
            Failure::Said { code: code @ 500.., .. } => AccountError::Silent(format!("Telegram failed with {code}")),
            Failure::Said { text, .. } => AccountError::Refused(text),
            Failure::Unreached(why) | Failure::Unclear(why) => AccountError::Silent(why),
        }
    }
}
