-- A file that was looked at and waits for its sender's word: one a person, for an hour.
CREATE TABLE import_files (
    person TEXT PRIMARY KEY,
    list TEXT NOT NULL,
    encoding TEXT,
    removes BIGINT NOT NULL CHECK (removes IN (0, 1)),
    at BIGINT NOT NULL,
    body BYTEA NOT NULL
);
