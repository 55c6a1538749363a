-- Up Migration

-- Trips that are over leave `trip` for `trip_history`, which grows and is cut into partitions by time. Ids are UUIDs of
-- version 7, which sort by time: to partition by them is to partition by time, and keeps the primary key unique over
-- all partitions (ADR 0016).
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- The least id of that moment.
CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- The moment at which an id was made.
CREATE FUNCTION uuid_time(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
$$;

-- The same columns as `trip`, whoever adds one adds it to both, and to the view.
CREATE TABLE trip_history (LIKE trip INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  CONSTRAINT trip_history_is_over CHECK (ended_at IS NOT NULL),
  PRIMARY KEY (trip_id)
) PARTITION BY RANGE (trip_id);
CREATE INDEX trip_history_by_rider ON trip_history (rider_id, trip_id DESC);
-- Everything until the job of partitions cuts it (0008): no id is ever without a place.
CREATE TABLE trip_history_ahead PARTITION OF trip_history FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- Per row, so that it is there on every partition, whatever its name.
CREATE TRIGGER trip_history_append_only BEFORE UPDATE OR DELETE ON trip_history
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER trip_history_stays BEFORE TRUNCATE ON trip_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE VIEW any_trip AS
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash FROM trip
  UNION ALL
  SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
    fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
    accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash FROM trip_history;

-- All locks at once, in the order in which writers take them.
LOCK TABLE quote, trip, trip_event IN ACCESS EXCLUSIVE MODE;
-- Quotes are forgotten some time after they expired. A trip is made from its quote in the transaction that reads it, and
-- stays in `trip`, where a quote is unique, until the quote has expired: so a quote makes one trip at most.
ALTER TABLE trip DROP CONSTRAINT trip_quote_id_fkey;
-- A trip's events outlive its row in `trip`. They are written in the statement that writes the trip; `npm run audit`
-- finds those of no trip.
ALTER TABLE trip_event DROP CONSTRAINT trip_event_trip_id_fkey;
-- Rows come and go: their room is to be had again before the table has doubled.
ALTER TABLE trip SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
