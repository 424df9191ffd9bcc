-- Who may come in: first passwords, second factors, step-up, and the trail of security deeds beside the log of facts.

-- Drawn by the hub: good once, and until then; null: chosen by its owner.
ALTER TABLE passwords ADD COLUMN initial_until BIGINT;

-- When its owner last gave a password or a code.
ALTER TABLE sessions ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE factors (
    person TEXT PRIMARY KEY,
    sealed TEXT NOT NULL,
    step BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    person TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (person, hash)
);

CREATE TABLE security_events (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    person TEXT,
    department TEXT,
    about TEXT,
    address TEXT,
    data TEXT NOT NULL,
    leaf BYTEA NOT NULL
);
CREATE INDEX security_events_about ON security_events (about, seq);

-- A directory that was laid before its versions were counted is at its first.
INSERT INTO series (name, last) SELECT 'directory', 1 WHERE EXISTS (SELECT 1 FROM directory);
