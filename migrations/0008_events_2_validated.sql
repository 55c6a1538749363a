-- Up Migration

-- Step 2 of 3: the old rows keep the bound too. Reads the whole table, and blocks nobody who writes to it.
SET LOCAL lock_timeout = '1s';
-- As long as it takes.
SET LOCAL statement_timeout = 0;
ALTER TABLE trip_event VALIDATE CONSTRAINT trip_event_first;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
