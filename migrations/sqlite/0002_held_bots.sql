-- Bots a claw was moved away from and may still be running with at the infra, as ",7,12,". No other claw may have them.
ALTER TABLE claws ADD COLUMN held_bots TEXT NOT NULL DEFAULT '';

CREATE INDEX claws_holding_bots ON claws (held_bots) WHERE held_bots <> '';
