-- Codes of a second factor that were wrong after a right password, since when they are counted, and since when too many were.
ALTER TABLE factors ADD COLUMN wrong BIGINT NOT NULL DEFAULT 0;
ALTER TABLE factors ADD COLUMN wrong_since BIGINT;
ALTER TABLE factors ADD COLUMN barred_at BIGINT;
