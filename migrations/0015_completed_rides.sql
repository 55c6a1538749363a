-- Up Migration

-- Completed rides in the order of their ends, for learning ride times. Rides of before street_s are not in it.
-- Only the sweep that moves ended trips writes to the history: it waits meanwhile, before it has locked a trip. Readers do not.
-- An index of a partitioned table cannot be built concurrently; of the rows that there are none is in it, so they are only read.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '30min';

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX trip_history_completed ON trip_history (ended_at, trip_id)
  WHERE state = 'completed' AND street_s IS NOT NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
