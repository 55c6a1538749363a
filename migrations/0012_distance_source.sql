-- Up Migration

-- Whether distance and time of a quote are of a route on streets (road) or of the straight line (air), and of its trip.
-- Null: from before this migration.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

ALTER TABLE quote ADD COLUMN distance_source text;
ALTER TABLE trip ADD COLUMN distance_source text;
ALTER TABLE trip_history ADD COLUMN distance_source text;
ALTER TABLE quote ADD CONSTRAINT quote_distance_source CHECK (distance_source IN ('road', 'air')) NOT VALID;
ALTER TABLE trip ADD CONSTRAINT trip_distance_source CHECK (distance_source IN ('road', 'air')) NOT VALID;

CREATE OR REPLACE VIEW any_trip AS
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention, distance_source
  FROM trip
  UNION ALL
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention, distance_source
  FROM trip_history;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
