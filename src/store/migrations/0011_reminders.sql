-- When time alone next brings something about for an armed obligation, and who has been reminded of what.

-- In the time in which the limit runs; nought for those that were armed before: only their end is told.
ALTER TABLE obligations ADD COLUMN length BIGINT NOT NULL DEFAULT 0;
ALTER TABLE obligations ADD COLUMN next_at BIGINT;
ALTER TABLE obligations ADD COLUMN reached_at BIGINT;
-- What is late already is told on the next working morning.
UPDATE obligations SET next_at = due_at WHERE ended_at IS NULL AND (passed_at IS NULL OR reminds = 1);
CREATE INDEX obligations_next ON obligations (next_at) WHERE ended_at IS NULL AND next_at IS NOT NULL;
CREATE INDEX obligations_reached ON obligations (department, role)
    WHERE ended_at IS NULL AND passed_at IS NULL AND reached_at IS NOT NULL;

-- A tree is read with what is armed in it, however many obligations it has had.
DROP INDEX obligations_of_whistle;
CREATE INDEX obligations_armed_of_whistle ON obligations (whistle, due_at, id) WHERE ended_at IS NULL;

-- When somebody last had a reminder: of what was coming, of what was late.
CREATE TABLE reminded (
    person TEXT PRIMARY KEY,
    coming_at BIGINT NOT NULL,
    late_at BIGINT NOT NULL
);
