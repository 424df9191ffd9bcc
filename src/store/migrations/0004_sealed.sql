-- What kind of text it is, and in which whistle it was said: a sealed one is told to nobody by a dump, and law may erase
-- all that was said in a whistle, also what was said anew since.
ALTER TABLE texts ADD COLUMN class TEXT NOT NULL DEFAULT 'open';
ALTER TABLE texts ADD COLUMN whistle TEXT;
CREATE INDEX texts_sealed ON texts (whistle) WHERE class = 'sealed';
