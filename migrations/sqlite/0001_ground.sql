-- Instants are milliseconds since 1970 UTC, ids are text, yes and no are 1 and 0, sealed values are bytes.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE persons (
    id          TEXT   NOT NULL PRIMARY KEY,
    telegram_id BIGINT UNIQUE,
    name        TEXT,
    locale      TEXT   NOT NULL,
    zone        TEXT,
    reachable   BIGINT NOT NULL DEFAULT 1 CHECK (reachable IN (0, 1)),
    terms       BIGINT NOT NULL DEFAULT 0,
    came_with   TEXT,
    claws_made  BIGINT NOT NULL DEFAULT 0,
    desk        TEXT   NOT NULL DEFAULT '{}',
    created_at  BIGINT NOT NULL,
    erased_at   BIGINT
);

CREATE TABLE bots (
    id          BIGINT NOT NULL PRIMARY KEY,
    person_id   TEXT   NOT NULL REFERENCES persons (id),
    username    TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    managed     BIGINT NOT NULL DEFAULT 0 CHECK (managed IN (0, 1)),
    token       BLOB,
    access      TEXT,
    due_at      BIGINT,
    lease_until BIGINT,
    fence       BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL
);
CREATE INDEX bots_of_person ON bots (person_id);
CREATE INDEX bots_due ON bots (due_at);

CREATE TABLE pending_tokens (
    id          TEXT   NOT NULL PRIMARY KEY,
    telegram_id BIGINT NOT NULL,
    token       BLOB   NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX pending_tokens_age ON pending_tokens (created_at);

CREATE TABLE claws (
    id            TEXT   NOT NULL PRIMARY KEY,
    person_id     TEXT   NOT NULL REFERENCES persons (id),
    number        BIGINT NOT NULL,
    driver        TEXT   NOT NULL,
    title         TEXT,
    bot_id        BIGINT NOT NULL,
    spec          TEXT   NOT NULL,
    previous      TEXT,
    generation    BIGINT NOT NULL,
    asks          BIGINT NOT NULL DEFAULT 0,
    wish          TEXT   NOT NULL,
    seen          TEXT   NOT NULL,
    working_since BIGINT,
    late          BIGINT NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    tries         BIGINT NOT NULL DEFAULT 0,
    keeps_data    BIGINT NOT NULL DEFAULT 0 CHECK (keeps_data IN (0, 1)),
    first_ready   BIGINT,
    warned_at     BIGINT,
    destroyed_at  BIGINT,
    created_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 0,
    due_at        BIGINT,
    lease_until   BIGINT,
    fence         BIGINT NOT NULL DEFAULT 0,
    UNIQUE (person_id, number)
);
-- A bot hosts one living claw at most: the guarantee both databases keep.
CREATE UNIQUE INDEX claws_one_per_bot ON claws (bot_id) WHERE destroyed_at IS NULL;
CREATE INDEX claws_due ON claws (due_at);
CREATE INDEX claws_of_person ON claws (person_id);
CREATE INDEX claws_at_work ON claws (working_since) WHERE working_since IS NOT NULL AND destroyed_at IS NULL;

CREATE TABLE periods (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL REFERENCES persons (id),
    kind       TEXT   NOT NULL CHECK (kind IN ('trial', 'grant')),
    length_ms  BIGINT NOT NULL CHECK (length_ms > 0),
    started_at BIGINT,
    revoked_at BIGINT,
    granted_by BIGINT,
    reason     TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX periods_one_trial ON periods (person_id) WHERE kind = 'trial';
CREATE INDEX periods_of_person ON periods (person_id);
CREATE INDEX periods_age ON periods (created_at);

-- Keyed hashes of a person's and of a bot's numeric id. They outlive everything else: one trial each, for ever.
CREATE TABLE trial_marks (
    mark TEXT   NOT NULL PRIMARY KEY,
    kind TEXT   NOT NULL CHECK (kind IN ('person', 'bot')),
    at   BIGINT NOT NULL
);

CREATE TABLE line (
    person_id TEXT   NOT NULL PRIMARY KEY REFERENCES persons (id),
    reason    TEXT   NOT NULL CHECK (reason IN ('full', 'trials_today')),
    since     BIGINT NOT NULL,
    told_at   BIGINT
);
CREATE INDEX line_order ON line (since);

CREATE TABLE inbox (
    -- Where it came from and its number there: `telegram:42`. The key that drops a duplicate.
    id          TEXT   NOT NULL PRIMARY KEY,
    seq         BIGINT NOT NULL,
    lane        TEXT   NOT NULL,
    body        BLOB,
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT,
    fence       BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,
    done_at     BIGINT,
    dead_at     BIGINT
);
CREATE INDEX inbox_open ON inbox (due_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX inbox_lane ON inbox (lane, seq) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX inbox_age ON inbox (received_at);

CREATE TABLE outbox (
    id          TEXT   NOT NULL PRIMARY KEY,
    chat_id     BIGINT NOT NULL,
    act         TEXT   NOT NULL CHECK (act IN ('show', 'delete')),
    slot        TEXT,
    fresh       BIGINT NOT NULL DEFAULT 0 CHECK (fresh IN (0, 1)),
    message_id  BIGINT,
    once        TEXT UNIQUE,
    notice      TEXT,
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT,
    fence       BIGINT NOT NULL DEFAULT 0,
    tries       BIGINT NOT NULL DEFAULT 0,
    unclear     BIGINT NOT NULL DEFAULT 0 CHECK (unclear IN (0, 1)),
    done_at     BIGINT,
    outcome     TEXT CHECK (outcome IN ('sent', 'replaced', 'blocked', 'gave_up'))
);
CREATE INDEX outbox_open ON outbox (due_at) WHERE done_at IS NULL;
CREATE INDEX outbox_chat ON outbox (chat_id, id) WHERE done_at IS NULL;
CREATE INDEX outbox_age ON outbox (created_at);

-- Which message of a chat shows what.
CREATE TABLE slots (
    chat_id    BIGINT NOT NULL,
    slot       TEXT   NOT NULL,
    message_id BIGINT NOT NULL,
    -- The claw whose card it shows, so that the card can follow what happens to the claw.
    claw_id    TEXT,
    PRIMARY KEY (chat_id, slot)
);

CREATE TABLE audit (
    id        TEXT   NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    action    TEXT   NOT NULL,
    person_id TEXT,
    claw_id   TEXT,
    detail    TEXT   NOT NULL,
    number    BIGINT UNIQUE,
    hash      TEXT
);
CREATE INDEX audit_unsealed ON audit (id) WHERE number IS NULL;

CREATE TABLE incidents (
    code      TEXT   NOT NULL PRIMARY KEY,
    at        BIGINT NOT NULL,
    person_id TEXT,
    claw_id   TEXT,
    doing     TEXT   NOT NULL,
    chain     TEXT   NOT NULL
);
CREATE INDEX incidents_age ON incidents (at);

CREATE TABLE confirmations (
    id         TEXT   NOT NULL PRIMARY KEY,
    admin_id   BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('asking', 'open', 'given', 'withdrawn', 'finished')),
    person_id  TEXT,
    claw_id    TEXT,
    expires_at BIGINT NOT NULL,
    given_at   BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX confirmations_watching ON confirmations (claw_id) WHERE state = 'given';

CREATE TABLE alerts (
    name        TEXT   NOT NULL PRIMARY KEY,
    alert       TEXT   NOT NULL,
    since       BIGINT NOT NULL,
    code        TEXT,
    resolved_at BIGINT
);

CREATE TABLE schedules (
    name        TEXT   NOT NULL PRIMARY KEY,
    due_at      BIGINT NOT NULL,
    lease_until BIGINT,
    fence       BIGINT NOT NULL DEFAULT 0
);
