-- Up Migration

-- The time of a quote's route without what completed rides taught, and of its trip: what rides are compared with.
-- Null: from before this migration.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

ALTER TABLE quote ADD COLUMN street_s double precision;
ALTER TABLE trip ADD COLUMN street_s double precision;
ALTER TABLE trip_history ADD COLUMN street_s double precision;
ALTER TABLE quote ADD CONSTRAINT quote_street_s CHECK (street_s >= 0) NOT VALID;
ALTER TABLE trip ADD CONSTRAINT trip_street_s CHECK (street_s >= 0) NOT VALID;

CREATE OR REPLACE VIEW any_trip AS
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention, distance_source,
    street_s
  FROM trip
  UNION ALL
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention, distance_source,
    street_s
  FROM trip_history;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
