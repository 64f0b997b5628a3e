//! The models file: `[[model]]` tables as `templates/models.toml` shows them.

use serde::Deserialize;

use crate::domain::catalogue::{Catalogue, Model};

/// The models on offer when nobody says otherwise.
pub const BUILT_IN: &str = include_str!("../../templates/models.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "model")]
    models: Vec<Model>,
}

/// Reads a models file. `default` is the id of the model to mark. The error is one line that says what is wrong, and
/// in which line of the file.
pub fn read_models(text: &str, default: Option<&str>) -> Result<Catalogue, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("line {line}: {}", error.message().split_whitespace().collect::<Vec<_>>().join(" "))
    })?;
    Catalogue::new(file.models, default).map_err(|error| error.to_string())
}
