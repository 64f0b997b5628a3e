//! The files of one claw. Secrets have files of their own, named after their contents: a new one never changes a file
//! that a running gateway reads, and the configuration tells by the name alone that there is a new one.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{
    domain::{bot_token::BotToken, locale::Locale, secret::Secret, workspace},
    node::{
        cell::Cell,
        openclaw::{OpenClaw, RenderedFile, When},
        spec::Spec,
    },
};

/// Only the claw's own user reads them.
const PRIVATE: u32 = 0o600;

impl OpenClaw {
    /// The files a start needs.
    pub fn render(&self, spec: &Spec, cell: &Cell) -> Vec<RenderedFile> {
        let config = serde_json::to_vec_pretty(&self.config(spec, cell)).expect("a value can always be written");
        let config =
            RenderedFile { path: cell.paths.config.clone(), bytes: Secret::new(config), mode: PRIVATE, when: When::Stopped };
        let workspace = workspace_of(spec).into_iter().map(|(name, text)| RenderedFile {
            path: cell.paths.workspace.join(name),
            bytes: Secret::new(text.into_bytes()),
            mode: PRIVATE,
            when: When::Missing,
        });
        secrets(spec, cell).into_iter().chain(workspace).chain([config]).collect()
    }

    /// What has to be written, over what is there, before a claw follows `new`. The configuration is not among it.
    pub fn changed_files(&self, old: &Spec, new: &Spec, cell: &Cell) -> Vec<RenderedFile> {
        let before = workspace_of(old);
        let changed = workspace_of(new).into_iter().filter(|(name, text)| before.get(name) != Some(text));
        let workspace = changed.map(|(name, text)| RenderedFile {
            path: cell.paths.workspace.join(name),
            bytes: Secret::new(text.into_bytes()),
            mode: PRIVATE,
            when: When::Always,
        });
        secrets(new, cell).into_iter().chain(workspace).collect()
    }
}

fn secrets(spec: &Spec, cell: &Cell) -> [RenderedFile; 2] {
    let file = |name: String, bytes: Vec<u8>| RenderedFile {
        path: cell.paths.secrets.join(name),
        bytes: Secret::new(bytes),
        mode: PRIVATE,
        when: When::Always,
    };
    let key = json!({ "model": { "key": spec.ai_gateway_key.expose() } }).to_string();
    let token = format!("{}\n", spec.bot_token.expose());
    [file(token_file(&spec.bot_token), token.into_bytes()), file(key_file(&spec.ai_gateway_key), key.into_bytes())]
}

/// The name of the file that holds a bot's token.
pub(super) fn token_file(token: &BotToken) -> String {
    format!("telegram-{}", print(token.expose()))
}

/// The name of the file that holds the key of the model service.
pub(super) fn key_file(key: &Secret<String>) -> String {
    format!("model-{}.json", print(key.expose()))
}

/// Tells two secrets apart without telling either.
fn print(secret: &str) -> String {
    hex::encode(&Sha256::digest(secret.as_bytes())[..8])
}

/// The texts of the workspace: what was given, and our own templates for the rest.
fn workspace_of(spec: &Spec) -> BTreeMap<String, String> {
    let ours = workspace::files(Locale::default(), None, None);
    let mut files: BTreeMap<String, String> = ours.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    files.extend(spec.workspace_files.iter().map(|(name, text)| (name.clone(), text.clone())));
    files
}
