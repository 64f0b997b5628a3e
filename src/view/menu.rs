//! What Telegram itself shows of us: the menu of commands, and the profile before anyone presses Start.

use crate::{domain::locale::Locale, view::text::plain};

const COMMANDS: [(&str, &str); 8] = [
    ("start", "command-start"),
    ("status", "command-status"),
    ("claws", "command-claws"),
    ("language", "command-language"),
    ("settings", "command-settings"),
    ("help", "command-help"),
    ("cancel", "command-cancel"),
    ("delete_my_data", "command-delete-my-data"),
];

const ADMIN_COMMANDS: [(&str, &str); 4] = [
    ("provision", "command-provision"),
    ("deprovision", "command-deprovision"),
    ("fleet", "command-fleet"),
    ("trace", "command-trace"),
];

/// The menu of commands, with what each does.
pub fn commands(admin: bool, locale: Locale) -> Vec<(&'static str, String)> {
    let more = if admin { ADMIN_COMMANDS.as_slice() } else { &[] };
    COMMANDS.iter().chain(more).map(|(name, id)| (*name, plain(locale, id, &[]))).collect()
}

/// The short description (at most 120 characters) and the description (at most 512).
pub fn profile(locale: Locale) -> (String, String) {
    (plain(locale, "profile-short", &[]), plain(locale, "profile-long", &[]))
}
