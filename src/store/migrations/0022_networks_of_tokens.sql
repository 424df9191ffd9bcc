-- From where a machine token works: networks as a list; none: from everywhere.
ALTER TABLE machine_tokens ADD COLUMN networks TEXT NOT NULL DEFAULT '[]';
