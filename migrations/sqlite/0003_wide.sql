-- For a fleet of a million: what a list, a count or a start would otherwise read whole tables for.
CREATE INDEX claws_fleet ON claws (created_at DESC, id) WHERE destroyed_at IS NULL;
CREATE INDEX claws_without_room ON claws (created_at) WHERE destroyed_at IS NULL AND seen LIKE '%"no_capacity"%';
CREATE INDEX claws_leased ON claws (id) WHERE lease_until IS NOT NULL;
CREATE INDEX bots_leased ON bots (id) WHERE lease_until IS NOT NULL;
CREATE INDEX outbox_forgotten ON outbox (id) WHERE once LIKE 'forgotten:%';

-- What waits, in the order it became due, for taking work and for nothing else. PostgreSQL takes the rows that wait for
-- very few, however many there are, and would read all of them to find those of one chat; `due_at > 0` is true of every
-- row and keeps it from doing so. These take the place of the indexes without it.
CREATE INDEX inbox_due ON inbox (due_at, seq) WHERE done_at IS NULL AND dead_at IS NULL AND due_at > 0;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE done_at IS NULL AND due_at > 0;
DROP INDEX inbox_open;
DROP INDEX outbox_open;
