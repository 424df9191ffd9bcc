-- Whose results of a visit a key shows: those of one department alone, or of all; and for whom its person goes. Laid anew with each
-- of a visit's rows.
ALTER TABLE visit_sights ADD COLUMN only_of TEXT NOT NULL DEFAULT '';
ALTER TABLE visit_sights ADD COLUMN goes_for TEXT NOT NULL DEFAULT '';
