//! What the stand-in for a gateway remembers: its conversations and how far it has read, kept in the claw's state as the
//! real one keeps them, so that a backup holds them.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::drivers::http::{Client, read_limited};

const MOST_BYTES: usize = 1024 * 1024;

/// Everything said, by person, and the next update of the bot it reads with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Conversation {
    #[serde(skip)]
    pub offset: i64,
    people: BTreeMap<i64, Vec<Value>>,
}

/// What the model answered, and about how many tokens went each way.
pub(super) struct Answer {
    pub text: String,
    pub sent: u64,
    pub said: u64,
}

impl Conversation {
    pub fn read(state: &Path, account: &str) -> Conversation {
        let read = |name: &str| fs::read(state.join(name)).ok();
        let mut talk: Conversation =
            read("conversations.json").and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let offset = read(&format!("offset-{account}")).and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
        talk.offset = offset.unwrap_or_default();
        talk
    }

    pub fn write(&self, state: &Path, account: &str) {
        let all = serde_json::to_vec(self).unwrap_or_default();
        // A full disk costs its memory, as it would the real one's.
        let _kept = fs::write(state.join("conversations.json"), all);
        let _kept = fs::write(state.join(format!("offset-{account}")), self.offset.to_string());
    }

    pub fn says(&mut self, person: i64, role: &str, text: &str) {
        self.people.entry(person).or_default().push(json!({ "role": role, "content": text }));
    }

    pub fn with(&self, person: i64) -> &[Value] {
        self.people.get(&person).map_or(&[], Vec::as_slice)
    }
}

/// Asks the model the configuration names; the status it refused with. Without a service of its own, the stand-in answers
/// by itself and reaches out to nobody.
pub(super) async fn ask(client: &Client, config: &Value, messages: &[Value]) -> Result<Answer, u16> {
    let chosen = config["agents"]["defaults"]["model"]["primary"].as_str().unwrap_or_default();
    let (provider, model) = chosen.split_once('/').unwrap_or_default();
    let settings = &config["models"]["providers"][provider];
    let Some(base) = settings["baseUrl"].as_str() else {
        let last = messages.last().and_then(|said| said["content"].as_str()).unwrap_or_default();
        return Ok(Answer { text: format!("{model} heard: {last}"), sent: 0, said: 0 });
    };
    let secrets = config["secrets"]["providers"]["model"]["path"].as_str().and_then(|path| fs::read(path).ok());
    let secrets: Value = secrets.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let key = settings["apiKey"]["id"].as_str().and_then(|at| secrets.pointer(at)).and_then(Value::as_str);
    let mut all = vec![json!({ "role": "system", "content": about_itself(config) })];
    all.extend_from_slice(messages);
    let request = client
        .post(format!("{base}/chat/completions"))
        .bearer_auth(key.unwrap_or_default())
        .timeout(Duration::from_secs(30))
        .json(&json!({ "model": model, "messages": all }));
    let answer = request.send().await.map_err(|_| 0_u16)?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(status);
    }
    let bytes = read_limited(answer, MOST_BYTES).await.map_err(|_| 0_u16)?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| 0_u16)?;
    Ok(Answer {
        text: answer["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned(),
        sent: answer["usage"]["prompt_tokens"].as_u64().unwrap_or_default(),
        said: answer["usage"]["completion_tokens"].as_u64().unwrap_or_default(),
    })
}

/// What the claw's workspace says of it.
fn about_itself(config: &Value) -> String {
    let workspace = config["agents"]["defaults"]["workspace"].as_str().unwrap_or_default();
    let texts = ["SOUL.md", "AGENTS.md", "USER.md"].map(|name| fs::read_to_string(Path::new(workspace).join(name)));
    texts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
