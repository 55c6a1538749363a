-- Up Migration

-- Drivers on their way may be changed for nearer ones, and a driver about to finish may get its next trip.

-- Instant: the default is constant, no row is rewritten.
ALTER TABLE trip ADD COLUMN swaps integer NOT NULL DEFAULT 0;

-- Whoever is to replace a driver has an offer while the driver is on its way.
ALTER TABLE trip ADD CONSTRAINT trip_offer_before_pickup
  CHECK (offer IS NULL OR state IN ('processing', 'accepted')) NOT VALID;
ALTER TABLE trip VALIDATE CONSTRAINT trip_offer_before_pickup;
ALTER TABLE trip DROP CONSTRAINT trip_check1;

-- Place 0 is what a driver does now, place 1 what comes after it. A trip has one driver, and one who is asked.
ALTER TABLE driver_claim ADD COLUMN place smallint NOT NULL DEFAULT 0
  CONSTRAINT driver_claim_place CHECK (place IN (0, 1));
-- As many rows as there are drivers at work: the indexes are made in no time.
ALTER TABLE driver_claim DROP CONSTRAINT driver_claim_pkey;
ALTER TABLE driver_claim ADD PRIMARY KEY (driver_id, place);
ALTER TABLE driver_claim DROP CONSTRAINT driver_claim_trip_id_key;
ALTER TABLE driver_claim ADD CONSTRAINT driver_claim_trip_once UNIQUE (trip_id, kind);
-- Null where a driver at work got the trip without being asked.
ALTER TABLE driver_claim ALTER COLUMN offer_id DROP NOT NULL;

-- What became of each driver that an event concerns: [{driver_id, status, version, trip_id, next_trip_id, offer}].
ALTER TABLE trip_event ADD COLUMN drivers jsonb;

-- What a matcher weighs: trips that nobody has picked up yet.
CREATE INDEX trip_before_pickup_by_cell ON trip (pickup_cell, requested_at) WHERE state IN ('processing', 'accepted');
DROP INDEX trip_open_by_cell;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
