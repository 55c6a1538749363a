-- Up Migration

-- Times are the service's clock (never now()), so that a city can run faster than life. Ids are the UUIDs inside TypeIDs.

CREATE TABLE quote (
  quote_id        uuid PRIMARY KEY,
  rider_id        uuid NOT NULL,
  product         text NOT NULL,
  pickup_lat      double precision NOT NULL,
  pickup_lng      double precision NOT NULL,
  dropoff_lat     double precision NOT NULL,
  dropoff_lng     double precision NOT NULL,
  -- H3 cell of the pickup at resolution 9; descendants of one shard are one range of this integer.
  pickup_cell     bigint NOT NULL,
  fare_minor      bigint NOT NULL CHECK (fare_minor >= 0),
  currency        char(3) NOT NULL,
  distance_m      double precision NOT NULL CHECK (distance_m >= 0),
  trip_s          double precision NOT NULL CHECK (trip_s >= 0),
  pickup_eta_s    double precision,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL CHECK (expires_at > created_at)
);

CREATE TABLE trip (
  trip_id             uuid PRIMARY KEY,
  rider_id            uuid NOT NULL,
  -- A quote becomes one trip at most.
  quote_id            uuid NOT NULL UNIQUE REFERENCES quote,
  product             text NOT NULL,
  state               text NOT NULL CHECK (state IN ('scheduled', 'processing', 'accepted', 'arrived', 'in_progress',
                        'completed', 'rider_canceled', 'no_drivers_available', 'failed')),
  seq                 integer NOT NULL CHECK (seq >= 1),
  pickup_lat          double precision NOT NULL,
  pickup_lng          double precision NOT NULL,
  dropoff_lat         double precision NOT NULL,
  dropoff_lng         double precision NOT NULL,
  pickup_cell         bigint NOT NULL,
  fare_minor          bigint NOT NULL,
  currency            char(3) NOT NULL,
  distance_m          double precision NOT NULL,
  trip_s              double precision NOT NULL,
  requested_at        timestamptz NOT NULL,
  search_deadline_at  timestamptz NOT NULL,
  -- {offer_id, driver_id, expires_at_ms, pickup_eta_s, pickup_distance_m}
  offer               jsonb,
  -- {driver_id, vehicle, pickup_eta_s}
  driver              jsonb,
  excluded_driver_ids uuid[] NOT NULL DEFAULT '{}',
  accepted_at         timestamptz,
  arrived_at          timestamptz,
  started_at          timestamptz,
  ended_at            timestamptz,
  cancel_reason       text,
  CHECK ((state IN ('accepted', 'arrived', 'in_progress', 'completed')) <= (driver IS NOT NULL)),
  CHECK (offer IS NULL OR state = 'processing'),
  CHECK ((ended_at IS NOT NULL) = (state IN ('completed', 'rider_canceled', 'no_drivers_available', 'failed')))
);

-- Open demand of a shard: what its matcher asks every second.
CREATE INDEX trip_open_by_cell ON trip (pickup_cell, requested_at) WHERE state = 'processing';
-- The search that is to be given up next.
CREATE INDEX trip_open_by_deadline ON trip (search_deadline_at) WHERE state = 'processing' AND offer IS NULL;
CREATE INDEX trip_by_rider ON trip (rider_id, trip_id DESC);

-- One row a change, never touched again.
CREATE TABLE trip_event (
  trip_id   uuid NOT NULL REFERENCES trip,
  seq       integer NOT NULL CHECK (seq >= 1),
  type      text NOT NULL,
  at        timestamptz NOT NULL,
  driver_id uuid,
  -- The event as it was decided; a trip's events, folded in order, give the trip.
  event     jsonb NOT NULL,
  -- What the event makes of its driver, where it does.
  driver_status  text CHECK (driver_status IN ('offline', 'free', 'offered', 'on_trip')),
  driver_version bigint,
  -- The matcher and the epoch under which an offer was committed.
  shard     bigint,
  epoch     bigint,
  PRIMARY KEY (trip_id, seq)
);

-- An offer that is closed is still known to the driver it was made to.
CREATE INDEX trip_event_offer ON trip_event (driver_id, (event -> 'offer' ->> 'offerId')) WHERE type = 'offer_made';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER trip_event_append_only BEFORE UPDATE OR DELETE ON trip_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A driver is bound to one trip at most, a trip to one driver: by the offer that is out, then by the trip itself.
CREATE TABLE driver_claim (
  driver_id   uuid PRIMARY KEY,
  trip_id     uuid NOT NULL UNIQUE REFERENCES trip,
  offer_id    uuid NOT NULL UNIQUE,
  kind        text NOT NULL CHECK (kind IN ('offer', 'trip')),
  -- When the offer lapses; null once the driver has accepted.
  expires_at  timestamptz,
  CHECK ((kind = 'offer') = (expires_at IS NOT NULL))
);
CREATE INDEX driver_claim_by_expiry ON driver_claim (expires_at) WHERE kind = 'offer';

CREATE TABLE driver (
  driver_id   uuid PRIMARY KEY,
  session     integer NOT NULL CHECK (session >= 1),
  online      boolean NOT NULL,
  product     text NOT NULL,
  vehicle     jsonb NOT NULL,
  -- Counts every change of session and claim, under this row's lock: orders what becomes of the driver, whichever trip
  -- and whichever process it comes from.
  version     bigint NOT NULL,
  changed_at  timestamptz NOT NULL
);

-- Events that are committed but, as far as this table knows, not yet pushed. The process that commits them pushes them at
-- once and takes them out; a sweep finds what a crash left behind.
CREATE TABLE outbox (
  trip_id    uuid NOT NULL,
  seq        integer NOT NULL,
  -- No other process pushes it before that.
  due_at     timestamptz NOT NULL,
  PRIMARY KEY (trip_id, seq)
);
CREATE INDEX outbox_by_due ON outbox (due_at);

CREATE TABLE idempotency_key (
  actor_id       uuid NOT NULL,
  key            text NOT NULL,
  request_digest char(64) NOT NULL,
  -- Null only inside the transaction that does the work.
  response       jsonb,
  expires_at     timestamptz NOT NULL,
  PRIMARY KEY (actor_id, key)
);
CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
