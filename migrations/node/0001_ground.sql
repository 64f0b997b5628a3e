-- The ground of clawnode's own database. Times are milliseconds since 1970 UTC; sealed values are the vault's.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- One row for each claw. The first half is written by the API, the second by the claw's own worker.
CREATE TABLE claws (
    slug           TEXT    NOT NULL PRIMARY KEY,
    user_id        TEXT    NOT NULL,
    claw_id        TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    -- The claw's own user on this host, never given twice.
    uid            INTEGER NOT NULL UNIQUE,
    gateway_token  BLOB    NOT NULL,

    wish           TEXT    NOT NULL,
    wish_until     INTEGER,
    generation     INTEGER NOT NULL,
    boot           INTEGER NOT NULL,
    spec           BLOB    NOT NULL,
    spec_rev       INTEGER NOT NULL,
    bot_id         INTEGER NOT NULL,
    -- The bot that is this claw's, unless it is removed: no other claw may have it.
    holds_bot      INTEGER UNIQUE,
    restore_wish   TEXT,
    -- Counts the changes of all of the above.
    wish_rev       INTEGER NOT NULL,

    port           INTEGER NOT NULL UNIQUE,
    -- The bot its gateway may be taking messages of: nor this one.
    runs_bot       INTEGER,
    seen           TEXT    NOT NULL,
    start          INTEGER NOT NULL,
    starts         TEXT    NOT NULL,
    fails          INTEGER NOT NULL,
    restarts       INTEGER NOT NULL,
    applied        BLOB,
    applied_rev    INTEGER NOT NULL,
    restoring      TEXT,
    -- The devices that ask to be let in, as far as events have told of them.
    asking         TEXT    NOT NULL DEFAULT '[]',
    -- What the last event said of it.
    told           TEXT    NOT NULL,
    UNIQUE (user_id, claw_id)
) STRICT;

-- What happened, in the order of its numbers. A number is never used twice.
CREATE TABLE events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    user_id TEXT    NOT NULL,
    claw_id TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    detail  TEXT    NOT NULL
) STRICT;

-- Operations whose caller gave them a key: none takes effect twice.
CREATE TABLE operations (
    key  TEXT    NOT NULL PRIMARY KEY,
    body BLOB    NOT NULL,
    slug TEXT    NOT NULL,
    at   INTEGER NOT NULL
) STRICT;
CREATE INDEX operations_by_age ON operations (at);

CREATE TABLE backups (
    id         TEXT    NOT NULL PRIMARY KEY,
    slug       TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    reason     TEXT
) STRICT;
CREATE INDEX backups_by_claw ON backups (slug, created_at);
