-- Up Migration

-- A driver who did not answer an offer is asked again later; before, only those who are never asked again were kept.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- Each is [{driverId, untilMs, silences}]. A constant default: no row is rewritten.
ALTER TABLE trip ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]';
ALTER TABLE trip_history ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]';

CREATE OR REPLACE VIEW any_trip AS
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses FROM trip
  UNION ALL
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses FROM trip_history;

-- By when the driver's phone must have the offer; null once it has it. Offers of before this migration wait for no
-- acknowledgement.
ALTER TABLE driver_claim ADD COLUMN deliver_by timestamptz;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
