-- Every way that a whistle can go.

-- The whistle that this one was merged into: whatever becomes of it finds what waits for it.
ALTER TABLE whistles ADD COLUMN master TEXT;
CREATE INDEX whistles_of_master ON whistles (master) WHERE master IS NOT NULL;

-- Told to nobody but who sees everything.
ALTER TABLE events ADD COLUMN office_only BIGINT NOT NULL DEFAULT 0 CHECK (office_only IN (0, 1));
