-- When its owner chose it; null: before this was kept, or drawn for a demo.
ALTER TABLE passwords ADD COLUMN chosen_at BIGINT;
