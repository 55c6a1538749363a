-- Up Migration

-- Events of the time in which a webhook was suspended were taken in only with the trip's next event, so the last ones of
-- a trip never came. A replay now takes them in, trip after trip.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- The events of trips after this one are still to be taken in; null: none are.
ALTER TABLE webhook ADD COLUMN catch_up_after uuid;
GRANT SELECT (catch_up_after) ON webhook TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
