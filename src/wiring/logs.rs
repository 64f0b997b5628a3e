//! Log lines to stderr, as text or JSON, with a last net that takes out whatever has the form of a bot token.

use std::io::{IsTerminal as _, Write};

use tracing_subscriber::{
    EnvFilter, filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{config::LogFormat, domain::bot_token::find_tokens};

/// Starts logging. `RUST_LOG` says how much; without it, `info`. Starting twice keeps the first.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(Net);
    let _ = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
}

/// Stderr behind the net.
#[derive(Clone, Copy)]
struct Net;

impl Write for Net {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let tokens = find_tokens(&text);
        let mut stderr = std::io::stderr().lock();
        if tokens.is_empty() {
            stderr.write_all(line)?;
        } else {
            let mut clean = text.into_owned();
            for found in tokens.into_iter().rev() {
                clean.replace_range(found, "[token]");
            }
            stderr.write_all(clean.as_bytes())?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

impl<'a> MakeWriter<'a> for Net {
    type Writer = Net;
    fn make_writer(&'a self) -> Net {
        Net
    }
}
