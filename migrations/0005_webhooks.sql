-- Up Migration

-- Where somebody outside wants to be told what happens to trips. The secret signs: it has to be known, not only checked.
CREATE TABLE webhook (
  webhook_id   uuid PRIMARY KEY,
  url          text NOT NULL,
  secret       text NOT NULL,
  -- Null: all types.
  event_types  text[],
  created_at   timestamptz NOT NULL,
  -- Too much waits for it: it is told nothing more until it is enabled again.
  suspended_at timestamptz
);

-- How far a trip's events have been taken in for a webhook: what comes again is passed over.
CREATE TABLE webhook_lane (
  webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  trip_id    uuid NOT NULL,
  seq        integer NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (webhook_id, trip_id)
);
CREATE INDEX webhook_lane_by_change ON webhook_lane (changed_at);

-- An event that a webhook has still to be told. Of each trip only the lowest one is tried; a dead one holds up the rest
-- until it is replayed.
CREATE TABLE webhook_delivery (
  webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  trip_id    uuid NOT NULL,
  seq        integer NOT NULL,
  attempts   integer NOT NULL DEFAULT 0,
  -- Nobody tries it before that: infinity while an earlier one of the trip is there.
  due_at     timestamptz NOT NULL,
  dead_at    timestamptz,
  -- Of the last attempt: HTTP status, or why there was none.
  status     integer,
  error      text,
  PRIMARY KEY (webhook_id, trip_id, seq)
);
CREATE INDEX webhook_delivery_by_due ON webhook_delivery (webhook_id, due_at) WHERE dead_at IS NULL;
CREATE INDEX webhook_delivery_dead ON webhook_delivery (webhook_id, trip_id, seq) WHERE dead_at IS NOT NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
