-- How people stay signed in and how machines get in at all.

-- The person's epoch at sign-in; since when the present refresh secret stands; why it ended, if not by itself.
ALTER TABLE sessions ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN refreshed_at BIGINT;
ALTER TABLE sessions ADD COLUMN ended_by TEXT;
CREATE INDEX sessions_of_person ON sessions (person, made_at, id);

-- Raised by whatever ends all sessions of a person at once; nobody's is zero.
CREATE TABLE epochs (
    person TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL
);

-- What a unit's machines show instead of a password. The scopes are a JSON list.
CREATE TABLE machine_tokens (
    id TEXT PRIMARY KEY,
    secret_hash BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    scopes TEXT NOT NULL,
    maker TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX machine_tokens_of_department ON machine_tokens (department, made_at, id);
