-- Up Migration, outside of a transaction

-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- It waits for those who write now, and makes none of them wait; a timeout would leave half an index.

-- Drivers who wait at a pickup, longest first. Built while everybody goes on writing.
CREATE INDEX CONCURRENTLY IF NOT EXISTS trip_by_arrival ON trip (arrived_at) WHERE state = 'arrived';

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
