-- Proof of visits and findings stands in the same table: what a photo shows of its spot (before or after it was put right).
-- A picture of a protected whistle that the office has looked at may be released to whoever sees the whistle.
ALTER TABLE attachments ADD COLUMN shows TEXT;
ALTER TABLE attachments ADD COLUMN released_at BIGINT;
