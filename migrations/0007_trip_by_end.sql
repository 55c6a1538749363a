-- Up Migration, outside of a transaction

-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- It waits for those who write now, and makes none of them wait; a timeout would leave half an index.

-- Trips that are over and may leave, longest over first. Built while everybody goes on writing.
CREATE INDEX CONCURRENTLY IF NOT EXISTS trip_by_end ON trip (ended_at) WHERE ended_at IS NOT NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
