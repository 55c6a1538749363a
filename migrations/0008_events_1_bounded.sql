-- Up Migration

-- `trip_event` is to become the first partition of itself. Step 1 of 3: a bound that holds for all that is written until
-- then, at least a week from now, and which new rows keep from here on.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

DO $$
DECLARE
  newest uuid := (SELECT trip_id FROM trip_event ORDER BY trip_id DESC LIMIT 1);
  bound timestamptz := date_trunc('day', greatest(now(), uuid_time(newest))) + interval '8 days';
BEGIN
  EXECUTE format('ALTER TABLE trip_event ADD CONSTRAINT trip_event_first CHECK (trip_id < %L) NOT VALID', uuid_floor(bound));
END $$;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
