-- Up Migration

-- How many trips a rider has open is bounded by a key, not by counting: requests that race for a slot wait for each other.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- The trips that have not ended. A rider's first trip has slot 0; HAILGRID_MAX_OPEN_TRIPS says how many there are.
CREATE TABLE trip_slot (
  rider_id uuid NOT NULL,
  -- squawk-ignore prefer-bigint-over-smallint
  slot     smallint NOT NULL CHECK (slot >= 0),
  trip_id  uuid NOT NULL UNIQUE,
  PRIMARY KEY (rider_id, slot)
);
ALTER TABLE trip_slot OWNER TO hailgrid_owner;
GRANT SELECT, INSERT, DELETE ON trip_slot TO hailgrid_trips;
GRANT SELECT ON trip_slot TO hailgrid_readonly;

-- Frees the slot with the end, whatever ends the trip: also a process that is older than this table.
CREATE FUNCTION free_trip_slot() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM trip_slot WHERE trip_id = NEW.trip_id;
  RETURN NULL;
END $$;
ALTER FUNCTION free_trip_slot OWNER TO hailgrid_owner;
-- Waits for writers and holds the next ones up until the rows below are copied, so that no trip ends in between.
CREATE TRIGGER trip_frees_slot AFTER UPDATE OF ended_at ON trip FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION free_trip_slot();

-- A rider keeps all trips that are open now, also more than there will be slots.
INSERT INTO trip_slot (rider_id, slot, trip_id)
SELECT rider_id, row_number() OVER (PARTITION BY rider_id ORDER BY trip_id) - 1, trip_id FROM trip WHERE ended_at IS NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
