-- Up Migration

-- Columns without a default: nothing is rewritten, and whoever writes waits no longer than this lock is asked for.
SET LOCAL lock_timeout = '3s';

-- SHA-256 of the hash before it and of the event's facts (libs/trip/hash-chain.ts). Null: older than the chain.
ALTER TABLE trip_event ADD COLUMN hash bytea;
-- That of the newest event, so that a history cut off at its end does not look whole.
ALTER TABLE trip ADD COLUMN event_hash bytea;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
