-- What an operation came to the first time, so that a repeat is answered alike.
ALTER TABLE operations ADD COLUMN outcome TEXT NOT NULL DEFAULT '';

-- The caller's name for the wish to go back to a backup, and what the last one came to.
ALTER TABLE claws ADD COLUMN restore_key TEXT;
ALTER TABLE claws ADD COLUMN restored TEXT;
