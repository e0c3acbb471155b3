-- Wrong codes that were tried for a citizen's telephone or mailbox since the last right one: each code ends after a few, and a new
-- code is sent for the asking.
ALTER TABLE citizens ADD COLUMN sent_code_failures INTEGER NOT NULL DEFAULT 0;
