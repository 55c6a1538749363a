-- Up Migration

-- What operators should look at, written in the transaction that causes it.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

-- An entry gets its number after its commit, in `attention_head`'s order: a reader who has seen a number has seen all
-- below it. The key (subject, kind, occasion) writes each thing once, however many processes see it.
CREATE TABLE attention (
  entry     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number    bigint UNIQUE CHECK (number > 0),
  kind      text NOT NULL,
  at        timestamptz NOT NULL,
  subject   uuid NOT NULL,
  occasion  bigint NOT NULL,
  trip_id   uuid,
  driver_id uuid,
  data      jsonb NOT NULL,
  UNIQUE (subject, kind, occasion)
);
CREATE INDEX attention_unnumbered ON attention (entry) WHERE number IS NULL;

-- One row: the highest number given so far. Whoever numbers entries holds it.
CREATE TABLE attention_head (
  id     boolean PRIMARY KEY DEFAULT true CHECK (id),
  number bigint NOT NULL CHECK (number >= 0)
);
INSERT INTO attention_head (number) VALUES (0);

ALTER TABLE attention OWNER TO hailgrid_owner;
ALTER TABLE attention_head OWNER TO hailgrid_owner;
GRANT SELECT, INSERT, DELETE, UPDATE (number) ON attention TO hailgrid_trips;
GRANT SELECT, UPDATE (number) ON attention_head TO hailgrid_trips;
GRANT SELECT ON attention, attention_head TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
