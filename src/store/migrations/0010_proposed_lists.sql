-- A list that needs two persons and has the first one's word: one a list, for a week.
CREATE TABLE proposed_lists (
    list TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    encoding TEXT,
    removes BIGINT NOT NULL CHECK (removes IN (0, 1)),
    at BIGINT NOT NULL,
    body BYTEA NOT NULL
);
