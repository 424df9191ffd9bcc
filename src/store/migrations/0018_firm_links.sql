-- The firm's link to what was found there: the digest of the token on its paper, the last one given.
ALTER TABLE findings ADD COLUMN link TEXT;
CREATE UNIQUE INDEX findings_by_link ON findings (link) WHERE link IS NOT NULL;
