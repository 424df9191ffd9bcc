-- When whoever owes a move said that they know that it is late, and when the office held its reminders back.
ALTER TABLE obligations ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE obligations ADD COLUMN held_back_at BIGINT;
