-- Up Migration

-- A trip whose driver vanishes must end, and must not hold the driver.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- Why an operator should look at the trip. A constant default: no row is rewritten.
ALTER TABLE trip ADD COLUMN attention text;
ALTER TABLE trip_history ADD COLUMN attention text;
ALTER TABLE trip ADD CONSTRAINT trip_attention
  CHECK (attention IS NULL OR (attention = 'stuck' AND state = 'in_progress')) NOT VALID;

CREATE OR REPLACE VIEW any_trip AS
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention FROM trip
  UNION ALL
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention FROM trip_history;

-- When a driver-api last heard the driver of the trip; null: not since the driver got it. It may lag by half a minute.
ALTER TABLE driver_claim ADD COLUMN heard_at timestamptz;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
