-- The ledger's tables, in PostgreSQL's words; three of them (BIGINT, BYTEA, DOUBLE PRECISION) are replaced for SQLite.
-- Times are microseconds UTC. Ids are texts. Flags are 0/1. JSON is TEXT. Migrations go forward only.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE series (
    name TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE texts (
    id TEXT PRIMARY KEY,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    whistle TEXT NOT NULL,
    summons TEXT,
    person TEXT,
    department TEXT,
    data TEXT NOT NULL,
    leaf BYTEA NOT NULL
);
CREATE INDEX events_of_whistle ON events (whistle, seq);

CREATE TABLE whistles (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    urgency TEXT NOT NULL,
    town TEXT,
    enterprise TEXT,
    department TEXT NOT NULL,
    blown_at BIGINT NOT NULL,
    due_at BIGINT,
    routed BIGINT NOT NULL CHECK (routed IN (0, 1)),
    search TEXT NOT NULL,
    version BIGINT NOT NULL,
    tree_version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX whistles_by_status ON whistles (status, blown_at, id);
CREATE INDEX whistles_by_time ON whistles (blown_at, id);
CREATE INDEX whistles_unrouted ON whistles (blown_at) WHERE routed = 0;

-- Who may see a whistle, and where it stands in their list: kept by the pen, one row per reader's key.
CREATE TABLE sights (
    viewer TEXT NOT NULL,
    whistle TEXT NOT NULL,
    status TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (whistle, viewer)
);
CREATE INDEX sights_by_status ON sights (viewer, status, at, whistle);
CREATE INDEX sights_by_time ON sights (viewer, at, whistle);

CREATE TABLE summonses (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    whistle TEXT NOT NULL,
    department TEXT NOT NULL,
    status TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX summonses_of_whistle ON summonses (whistle, issued_at, id);
CREATE INDEX summonses_by_status ON summonses (status, issued_at, id);
CREATE INDEX summonses_by_time ON summonses (issued_at, id);
CREATE INDEX summonses_of_department ON summonses (department, status, issued_at, id);

CREATE TABLE obligations (
    id TEXT PRIMARY KEY,
    whistle TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT NOT NULL,
    department TEXT NOT NULL,
    duty TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    provisional BIGINT NOT NULL CHECK (provisional IN (0, 1)),
    reminds BIGINT NOT NULL CHECK (reminds IN (0, 1)),
    explained TEXT NOT NULL,
    passed_at BIGINT,
    ended_at BIGINT
);
-- One armed obligation per subject: half of I3 is this index.
CREATE UNIQUE INDEX obligations_armed ON obligations (subject) WHERE ended_at IS NULL;
CREATE INDEX obligations_of_whistle ON obligations (whistle);
CREATE INDEX obligations_due ON obligations (due_at) WHERE ended_at IS NULL AND passed_at IS NULL;
CREATE INDEX obligations_overdue ON obligations (department, role) WHERE ended_at IS NULL AND passed_at IS NOT NULL;

CREATE TABLE letters (
    id TEXT PRIMARY KEY,
    natural_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    department TEXT NOT NULL,
    whistle TEXT,
    summons TEXT,
    not_before BIGINT NOT NULL,
    tries BIGINT NOT NULL DEFAULT 0,
    claimed_until BIGINT,
    sent_at BIGINT,
    given_up_at BIGINT
);
CREATE INDEX letters_owed ON letters (not_before, id) WHERE sent_at IS NULL AND given_up_at IS NULL;

CREATE TABLE receipts (
    key TEXT PRIMARY KEY,
    salt BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL,
    card TEXT
);
CREATE INDEX receipts_by_time ON receipts (at);

CREATE TABLE cursors (
    name TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);

-- Departments, towns, enterprises, people, shifts, calendar days: documents in their official order.
CREATE TABLE directory (
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    position BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, code)
);

CREATE TABLE passwords (
    person TEXT PRIMARY KEY,
    hash TEXT NOT NULL
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    secret_hash BYTEA NOT NULL UNIQUE,
    refresh_hash BYTEA,
    person TEXT NOT NULL,
    door TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_by_end ON sessions (ends_at);
