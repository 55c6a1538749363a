-- Up Migration

-- Step 2 of 3: the old rows keep the bound too. Reads the whole table, and blocks nobody who writes to it.
ALTER TABLE trip_event VALIDATE CONSTRAINT trip_event_first;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
