-- What an operation made the first time: a repeat is told the same.
ALTER TABLE operations ADD COLUMN made TEXT;
-- How going back to a backup stands, or ended the last time, as JSON.
ALTER TABLE claws ADD COLUMN last_restore TEXT;
