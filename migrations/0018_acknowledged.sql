-- Up Migration

-- Who has taken an entry of the attention feed on, and when. Null: nobody yet.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

ALTER TABLE attention
  ADD COLUMN acknowledged_at   timestamptz,
  ADD COLUMN acknowledged_by   uuid,
  ADD COLUMN acknowledged_name text,
  ADD COLUMN acknowledged_note text;
GRANT UPDATE (acknowledged_at, acknowledged_by, acknowledged_name, acknowledged_note) ON attention TO hailgrid_trips;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
