//! The driver `clawnode`: our own host agent, which answers the infra's two calls and much more. It speaks over the same
//! line as `infra_api`; bringing up, taking down for good and the list are the very same calls. A claw that sleeps stays
//! on its host, and whatever is asked of one that runs carries the key of the row it was intended in.

mod read;

use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    domain::{
        claw::{Call, Capabilities, Outcome, Trouble},
        operation::{Deed, Mishap, Reply},
    },
    drivers::{
        claws::{Address, Backup, BackupState, Capacity, ClawDriver, Devices, Feed, Leave, Looked, Order, Part, Survey, Usage},
        http::HttpError,
        infra_api::{Besides, InfraApi, InfraApiError, InfraApiSettings, Letter, trouble},
    },
};
use read::Body;

/// How long a question may take: somebody waits with a thumb over the screen.
const QUESTION: Duration = Duration::from_secs(8);
/// How long something asked of a claw may take to be accepted.
const DEED: Duration = Duration::from_secs(60);
/// Events asked for at once.
const EVENTS: &str = "100";

/// The driver `clawnode`.
#[derive(Debug)]
pub struct Clawnode(InfraApi);

/// An answer, as far as it was one.
struct Answered {
    status: u16,
    body: Body,
}

impl Clawnode {
    /// Makes the driver; calls nobody yet. [`InfraApiError`] when the settings cannot work or are not safe.
    pub fn new(settings: &InfraApiSettings) -> Result<Clawnode, InfraApiError> {
        InfraApi::new(settings).map(Clawnode)
    }

    fn route(address: &Address, rest: &str) -> String {
        format!("claws/{}/{}{rest}", address.user_id, address.claw_id)
    }

    /// Asks a question. Nothing when what it is about is not there.
    async fn ask(&self, route: &str, pairs: &[(&str, &str)], wait: Duration) -> Result<Answered, Trouble> {
        let mut url = self.0.line.url(route);
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let letter = Letter { key: None, body: None, timeout: QUESTION + wait };
        let came = self.0.line.send(Method::GET, url, letter).await.map_err(trouble)?;
        match came.status {
            401 | 403 => return Err(Trouble::LockedOut),
            status @ (425 | 429 | 500..) => return Err(Trouble::Overloaded(status)),
            _ => {}
        }
        let body = came.body.map_err(trouble)?;
        let unreadable = || Trouble::BadAnswer(format!("{} with a body that does not say what it is", came.status));
        let body = Body::read(&body).ok_or_else(unreadable)?;
        match (came.status, body.code()) {
            (200..300, _) | (404, Some(_)) | (410, _) => Ok(Answered { status: came.status, body }),
            (status, _) => Err(Trouble::BadAnswer(format!("{status} to a question"))),
        }
    }

    /// A question about one claw: nothing when it is not there.
    async fn ask_of(&self, address: &Address, rest: &str) -> Result<Option<Body>, Trouble> {
        let answered = self.ask(&Clawnode::route(address, rest), &[], Duration::ZERO).await?;
        match answered.status {
            404 | 410 => Ok(None),
            _ => Ok(Some(answered.body)),
        }
    }

    /// Asks something of a claw, under a key.
    async fn post(&self, key: &str, route: &str, body: &Value) -> Result<Answered, Reply> {
        let body = serde_json::to_vec(body).expect("our values have string keys");
        let letter = Letter { key: Some(key), body: Some(body), timeout: DEED };
        let came = self.0.line.send(Method::POST, self.0.line.url(route), letter).await.map_err(|error| match error {
            HttpError::NotConnected(why) | HttpError::NoClient(why) => Reply::Unreached(Trouble::NoConnection(why)),
            HttpError::NoAnswer(why) => Reply::Unclear(Trouble::NoAnswer(why)),
            HttpError::TooLong(most) => Reply::Unclear(Trouble::BadAnswer(format!("longer than {most} bytes"))),
        })?;
        match came.status {
            401 | 403 => return Err(Reply::Unreached(Trouble::LockedOut)),
            status @ (425 | 429 | 503) => return Err(Reply::Unreached(Trouble::Overloaded(status))),
            _ => {}
        }
        let read = came.body.map_err(|error| Reply::Unclear(trouble(error)))?;
        let unreadable =
            || Reply::Unclear(Trouble::BadAnswer(format!("{} with a body that does not say what happened", came.status)));
        let body = match (Body::read(&read), came.status) {
            (Some(body), _) => body,
            (None, 400..) => Body::default(),
            (None, _) => return Err(unreadable()),
        };
        match (came.status, body.code()) {
            (200..300, _) if body.is_refusal() => Err(unreadable()),
            (200..300, _) => Ok(Answered { status: came.status, body }),
            (404 | 410, Some("no_such_claw" | "no_such_backup" | "no_such_request")) => Err(Reply::Refused(Mishap::Gone)),
            (507, _) => Err(Reply::Refused(Mishap::DiskFull)),
            // Something else is being done to it, and will be over.
            (409, _) => Err(Reply::Unreached(Trouble::Overloaded(409))),
            (status @ (408 | 500..), _) => Err(Reply::Unclear(Trouble::Overloaded(status))),
            (400..500, _) => Err(Reply::Refused(Mishap::Failed)),
            _ => Err(unreadable()),
        }
    }

    async fn put_to_sleep(&self, call: &Call, address: &Address) -> Outcome {
        match self.post(&call.key, &Clawnode::route(address, "/suspend"), &json!({})).await {
            Ok(answered) if answered.status == 202 => Outcome::Starting,
            Ok(_) => Outcome::Asleep,
            // It is not there, and then it does not run either.
            Err(Reply::Refused(Mishap::Gone)) => Outcome::Down { keeps_data: false },
            Err(Reply::Unreached(trouble)) => Outcome::Unreached(trouble),
            Err(Reply::Unclear(trouble)) => Outcome::Unclear(trouble),
            Err(Reply::Refused(_) | Reply::Done | Reply::Working { .. }) => {
                Outcome::Refused { reason: crate::domain::claw::Reason::Rejected, retry_after: None }
            }
        }
    }
}

#[async_trait]
impl ClawDriver for Clawnode {
    fn name(&self) -> &'static str {
        "clawnode"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            updates_in_place: true,
            status: true,
            keeps_data: true,
            restart: true,
            devices: true,
            backup: true,
            logs: true,
            usage: true,
            events: true,
            chat: false,
        }
    }

    /// An order for a claw that is there changes it as it runs, where OpenClaw can.
    async fn provision(&self, call: &Call, order: &Order) -> Outcome {
        let workspace_files = order.first_words.iter().map(|(name, text)| (*name, text.as_str())).collect();
        self.0.bring_up(call, order, Some(Besides { generation: call.generation, workspace_files })).await
    }

    async fn deprovision(&self, call: &Call, address: &Address, leave: Leave) -> Outcome {
        match leave {
            Leave::ToSleep => self.put_to_sleep(call, address).await,
            Leave::ForGood => self.0.take_down(call, address, Some(true)).await,
        }
    }

    async fn look(&self, address: &Address) -> Looked {
        match self.ask_of(address, "").await {
            Ok(Some(body)) => body.looked(),
            Ok(None) => Looked { outcome: Outcome::Down { keeps_data: false }, facts: None, asking: None },
            Err(trouble @ (Trouble::LockedOut | Trouble::NoConnection(_) | Trouble::Overloaded(_))) => {
                Looked { outcome: Outcome::Unreached(trouble), facts: None, asking: None }
            }
            Err(trouble @ (Trouble::NoAnswer(_) | Trouble::BadAnswer(_))) => {
                Looked { outcome: Outcome::Unclear(trouble), facts: None, asking: None }
            }
        }
    }

    async fn survey(&self, part: Part<'_>) -> Result<Survey, Trouble> {
        self.0.survey(part).await
    }

    async fn perform(&self, key: &str, address: &Address, deed: &Deed) -> Reply {
        let (rest, body) = match deed {
            Deed::Restart => ("/restart".to_owned(), json!({})),
            Deed::Backup => ("/backups".to_owned(), json!({})),
            Deed::Restore { backup, .. } => ("/restore".to_owned(), json!({ "backup_id": backup })),
            Deed::LetIn { request } | Deed::TurnAway { request } if !read::is_name(request) => {
                return Reply::Refused(Mishap::Gone);
            }
            Deed::LetIn { request } => (format!("/devices/{request}/approve"), json!({})),
            Deed::TurnAway { request } => (format!("/devices/{request}/reject"), json!({})),
        };
        let answered = match self.post(key, &Clawnode::route(address, &rest), &body).await {
            Ok(answered) => answered,
            Err(reply) => return reply,
        };
        match deed {
            Deed::Restart if answered.status == 202 => Reply::Working { name: None },
            Deed::Restart | Deed::LetIn { .. } | Deed::TurnAway { .. } => Reply::Done,
            Deed::Restore { .. } => Reply::Working { name: None },
            Deed::Backup => match answered.body.backup() {
                Some(backup) => Reply::Working { name: Some(backup.name) },
                None => Reply::Unclear(Trouble::BadAnswer("a backup without a name".into())),
            },
        }
    }

    async fn progress(&self, key: &str, address: &Address, deed: &Deed, name: Option<&str>) -> Reply {
        match deed {
            Deed::Backup => match self.backups(address).await {
                Ok(Some(backups)) => match backups.iter().find(|backup| Some(backup.name.as_str()) == name).map(|it| it.state) {
                    Some(BackupState::Ready) => Reply::Done,
                    Some(BackupState::Running) => Reply::Working { name: None },
                    Some(BackupState::Failed(why)) => Reply::Refused(why),
                    None => Reply::Refused(Mishap::Failed),
                },
                Ok(None) => Reply::Refused(Mishap::Gone),
                Err(trouble) => Reply::Unreached(trouble),
            },
            Deed::Restart | Deed::Restore { .. } | Deed::LetIn { .. } | Deed::TurnAway { .. } => {
                match self.ask_of(address, "").await {
                    Ok(Some(body)) => body.progress(key, deed),
                    Ok(None) => Reply::Refused(Mishap::Gone),
                    Err(trouble) => Reply::Unreached(trouble),
                }
            }
        }
    }

    async fn devices(&self, address: &Address) -> Result<Option<Devices>, Trouble> {
        Ok(self.ask_of(address, "/devices").await?.map(|body| body.devices()))
    }

    async fn backups(&self, address: &Address) -> Result<Option<Vec<Backup>>, Trouble> {
        Ok(self.ask_of(address, "/backups").await?.map(|body| body.backups()))
    }

    async fn logs(&self, address: &Address, lines: u32) -> Result<Option<Vec<String>>, Trouble> {
        let tail = lines.to_string();
        let answered = self.ask(&Clawnode::route(address, "/logs"), &[("tail", &tail)], Duration::ZERO).await?;
        Ok((answered.status == 200).then(|| answered.body.lines()))
    }

    async fn usage(&self, address: &Address) -> Result<Option<Usage>, Trouble> {
        Ok(self.ask_of(address, "/usage").await?.and_then(|body| body.usage()))
    }

    async fn capacity(&self) -> Result<Option<Capacity>, Trouble> {
        let answered = self.ask("capacity", &[], Duration::ZERO).await?;
        Ok((answered.status == 200).then(|| answered.body.capacity()))
    }

    async fn events(&self, after: i64, wait: Duration) -> Result<Feed, Trouble> {
        let (after, wait_s) = (after.to_string(), wait.as_secs().to_string());
        let pairs = [("after", after.as_str()), ("limit", EVENTS), ("wait_s", wait_s.as_str())];
        let answered = self.ask("events", &pairs, wait).await?;
        let unreadable = || Trouble::BadAnswer("a page of events that cannot be read".to_owned());
        match answered.status {
            404 => Ok(Feed::NotOffered),
            410 => Ok(Feed::Gone { first: answered.body.number("first").ok_or_else(unreadable)? }),
            _ => answered.body.feed().ok_or_else(unreadable),
        }
    }

    async fn probe(&self) -> Result<(), Trouble> {
        self.0.probe().await
    }
}

/// The object inside `name`, if there is one.
fn object<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    map.get(name).and_then(Value::as_object)
}
