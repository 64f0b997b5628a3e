-- What the infra said of a claw when it was last looked at, as JSON.
ALTER TABLE claws ADD COLUMN facts TEXT;

-- What is asked of a claw that runs: the row is the intention, its id the name of the effect.
CREATE TABLE operations (
    id          TEXT   NOT NULL PRIMARY KEY,
    claw_id     TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    subject     TEXT   NOT NULL DEFAULT '',
    deed        TEXT   NOT NULL,
    stage       TEXT   NOT NULL,
    tries       BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    -- Nothing while its owner is still asked for a yes.
    due_at      BIGINT,
    lease_until BIGINT,
    fence       BIGINT NOT NULL DEFAULT 0,
    ended_at    BIGINT
);
CREATE INDEX operations_due ON operations (due_at) WHERE ended_at IS NULL;
CREATE INDEX operations_age ON operations (created_at);
CREATE INDEX operations_person ON operations (person_id);
-- One of a kind at a time.
CREATE UNIQUE INDEX operations_open ON operations (claw_id, kind, subject) WHERE ended_at IS NULL AND due_at IS NOT NULL;

-- Devices that asked to be let in to a claw.
CREATE TABLE devices (
    id         TEXT   NOT NULL PRIMARY KEY,
    claw_id    TEXT   NOT NULL,
    person_id  TEXT   NOT NULL,
    request_id TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    platform   TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'letting_in', 'turning_away', 'let_in', 'turned_away', 'gone')),
    asked_at   BIGINT NOT NULL,
    UNIQUE (claw_id, request_id)
);
CREATE INDEX devices_age ON devices (asked_at);
CREATE INDEX devices_person ON devices (person_id);

-- What a host told by itself and what was made of: the key that drops a repeat.
CREATE TABLE node_events (
    id TEXT   NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX node_events_age ON node_events (at);
