-- Up Migration

SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

ALTER TABLE webhook
  -- Why it is suspended: gone, refused, too_many_waiting. Null beside suspended_at: too_many_waiting, from before this column.
  ADD COLUMN suspended_reason text,
  -- The answer that suspended it.
  ADD COLUMN suspended_error text,
  -- Permanent refusals since the last success.
  ADD COLUMN refusals bigint NOT NULL DEFAULT 0,
  -- Too much waits for it: no more of its events are taken in.
  ADD COLUMN is_full boolean NOT NULL DEFAULT false,
  -- Until then its endpoint asked not to be called (Retry-After).
  ADD COLUMN held_until timestamptz;
GRANT SELECT (suspended_reason, suspended_error, refusals, is_full, held_until) ON webhook TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
