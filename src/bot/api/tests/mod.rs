//! The Bot API calls against a server of our own.
