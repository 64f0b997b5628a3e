//! The configuration of one claw's gateway. It holds no secret: tokens and keys stand in files of their own, which it
//! names, or in the environment of the process.
//!
//! Each bot is an account of its own (`accounts.b<bot id>`). Under one account a claw that moves to a new bot would take
//! the new bot's first messages for repeats, because every bot counts its messages from one; the conversation goes on
//! all the same, since sessions are kept by person.
//!
//! The claw has one agent, `main`, for its whole life: OpenClaw never forgets a deleted agent's id.

use serde_json::{Value, json};
use url::{Host, Url};

use crate::{
    domain::ids::BotId,
    node::{
        cell::Cell,
        openclaw::{OpenClaw, files},
        spec::Spec,
    },
};

/// The provider of a model service of one's own, as OpenClaw will call it.
const OWN: &str = "gateway";
const OPENROUTER: &str = "openrouter";
/// Where claws find Telegram when nothing else is said.
const TELEGRAM: &str = "https://api.telegram.org";
/// The name of the claw's own place for secrets in the configuration, and of the key in it.
const KEYS: &str = "model";
pub(super) const KEY_AT: &str = "/model/key";

impl OpenClaw {
    /// The whole configuration.
    pub(super) fn config(&self, spec: &Spec, cell: &Cell) -> Value {
        let mut config = json!({
            "gateway": {
                "mode": "local", "bind": "loopback", "port": cell.port,
                "auth": { "mode": "token", "token": "${OPENCLAW_GATEWAY_TOKEN}" },
                "controlUi": { "enabled": false },
            },
            "models": { "mode": "merge" },
            "agents": {
                "ownership": "explicit",
                "defaults": {
                    "workspace": cell.paths.workspace, "skipBootstrap": true,
                    // A heartbeat is a turn of the model that nobody asked for, and it costs.
                    "heartbeat": { "every": "0m" },
                },
                "entries": { "main": {
                    "name": "Claw", "workspace": cell.paths.workspace,
                    "tools": {
                        "profile": "minimal",
                        "alsoAllow": ["read", "write", "edit", "web_fetch", "memory_search", "memory_get"],
                    },
                } },
            },
            // Each person a conversation of their own; without it all share one.
            "session": { "dmScope": "per-channel-peer" },
            "tools": {
                "fs": { "workspaceOnly": true }, "elevated": { "enabled": false },
                "exec": { "security": "deny", "ask": "always" },
                "sessions": { "visibility": "agent" }, "agentToAgent": { "enabled": false },
            },
            "bindings": [{ "type": "route", "agentId": "main", "match": { "channel": "telegram", "accountId": "*" } }],
            "channels": { "telegram": {
                "enabled": true, "configWrites": false,
                "dmPolicy": "allowlist", "groupPolicy": "disabled", "streaming": { "mode": "off" },
            } },
            "plugins": {
                "allow": ["telegram", "admin-http-rpc", "memory-core"],
                "entries": { "admin-http-rpc": { "enabled": true } },
            },
            // Beside what it prints, OpenClaw writes a log of its own; the default place is shared by the machine.
            "logging": { "file": cell.paths.log.with_file_name("openclaw.jsonl"), "maxFileBytes": 4_000_000 },
            "update": { "checkOnStart": false, "auto": { "enabled": false } },
            "telemetry": { "enabled": false },
            "discovery": { "mdns": { "mode": "off" } },
        });
        if self.settings.telegram_api_url != TELEGRAM {
            let mut network = json!({ "apiRoot": self.settings.telegram_api_url });
            if is_private(&self.settings.telegram_api_url) {
                network["network"] = json!({ "dangerouslyAllowPrivateNetwork": true });
            }
            merge(&mut config["channels"]["telegram"], network);
        }
        match &self.settings.model_url {
            Some(url) => {
                let mut provider = json!({ "baseUrl": url, "api": "openai-completions", "apiKey": key_reference() });
                if is_private(url) {
                    provider["request"] = json!({ "allowPrivateNetwork": true });
                }
                config["models"]["providers"] = json!({ OWN: provider });
            }
            None => {
                config["models"]["providers"] = json!({ OPENROUTER: { "apiKey": key_reference() } });
                merge(&mut config["plugins"]["allow"], json!(["telegram", "admin-http-rpc", "memory-core", OPENROUTER]));
            }
        }
        config["secrets"] = json!({ "providers": { KEYS: { "source": "file", "mode": "json" } } });
        merge(&mut config, self.decided(spec, cell));
        config
    }

    /// What of the configuration the specification decides, as it is laid over whatever is there. Sent to a running
    /// gateway, it is the whole of a change.
    pub(super) fn decided(&self, spec: &Spec, cell: &Cell) -> Value {
        let people: Vec<String> = spec.allow_from.iter().map(|id| id.0.to_string()).collect();
        let account = json!({ "enabled": true, "tokenFile": cell.paths.secrets.join(files::token_file(&spec.bot_token)) });
        let mut decided = json!({
            "agents": { "defaults": { "model": { "primary": self.model(spec) } } },
            "channels": { "telegram": { "allowFrom": people, "accounts": { account_of(spec.bot_token.bot): account } } },
            "secrets": { "providers": { KEYS: { "path": cell.paths.secrets.join(files::key_file(&spec.ai_gateway_key)) } } },
        });
        if self.settings.model_url.is_some() {
            let models = json!([{ "id": spec.model, "name": spec.model, "input": ["text"] }]);
            decided["models"] = json!({ "providers": { OWN: { "models": models } } });
        }
        decided
    }

    /// The lists of [`OpenClaw::decided`]. A list that gets shorter is taken for a mistake unless it is named.
    pub(super) fn replaced(&self) -> &'static [&'static str] {
        let lists: &[&str; 2] = &["channels.telegram.allowFrom", "models.providers.gateway.models"];
        if self.settings.model_url.is_some() { lists } else { &lists[..1] }
    }

    /// The model, as OpenClaw names it.
    fn model(&self, spec: &Spec) -> String {
        let provider = if self.settings.model_url.is_some() { OWN } else { OPENROUTER };
        format!("{provider}/{}", spec.model)
    }
}

/// What the account of a bot is called.
pub(super) fn account_of(bot: BotId) -> String {
    format!("b{}", bot.0)
}

fn key_reference() -> Value {
    json!({ "source": "file", "provider": KEYS, "id": KEY_AT })
}

/// Whether an address is one that OpenClaw asks only when told to: this machine or a private network.
fn is_private(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost") || name.ends_with(".internal"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        None => false,
    }
}

/// Lays one value over another: objects are joined, everything else is replaced.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                merge(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}
