-- Files of proof: each belongs to a tree and is about one thing in it. The bytes lie beside the ledger, by their digest;
-- a row goes when law has its name erased.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    tree TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    department TEXT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    copy TEXT
);
CREATE INDEX attachments_of_tree ON attachments (tree, at, id);
CREATE INDEX attachments_by_name ON attachments (name);
CREATE INDEX attachments_by_file ON attachments (sha256);
CREATE INDEX attachments_by_copy ON attachments (copy);
