-- Up Migration

-- Shards move, split and merge; one planner at a time says so.
ALTER TABLE shard ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE shard ADD CONSTRAINT shard_retired_has_no_owner CHECK (NOT retired OR owner IS NULL) NOT VALID;
ALTER TABLE shard VALIDATE CONSTRAINT shard_retired_has_no_owner;
-- What an instance owns: asked at each of its joins.
CREATE INDEX shard_by_owner ON shard (owner) WHERE owner IS NOT NULL;

CREATE OR REPLACE FUNCTION refuse_lower_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.epoch < OLD.epoch
     OR (NEW.epoch = OLD.epoch AND (NEW.owner IS DISTINCT FROM OLD.owner OR NEW.retired <> OLD.retired)) THEN
    RAISE EXCEPTION 'shard %: epoch % after %', to_hex(OLD.cell), NEW.epoch, OLD.epoch USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

-- Every epoch a shard ever came to. The position in the log is taken under the row's lock, which offers hold too: an
-- offer of an epoch lies between the change to it and the change to the next, by positions alone, without any clock.
CREATE TABLE shard_change (
  cell    bigint NOT NULL,
  epoch   bigint NOT NULL,
  owner   text,
  retired boolean NOT NULL,
  kind    text NOT NULL CHECK (kind IN ('claimed', 'renewed', 'moved', 'reowned', 'released', 'split', 'merged')),
  -- The planner's; null where a matcher that started anew renewed what it had.
  term    bigint,
  at      timestamptz NOT NULL,
  lsn     pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn(),
  PRIMARY KEY (cell, epoch)
);
CREATE INDEX shard_change_by_time ON shard_change (at);

-- Of offers only: where in the log they were written.
ALTER TABLE trip_event ADD COLUMN lsn pg_lsn;

-- Names one life of a matcher process; state as in libs/ownership/member.ts.
ALTER TABLE matcher ADD COLUMN incarnation uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE matcher ALTER COLUMN incarnation DROP DEFAULT;
ALTER TABLE matcher ADD COLUMN state text NOT NULL DEFAULT 'active'
  CONSTRAINT matcher_state_check CHECK (state IN ('active', 'drained', 'leaving', 'lost'));
ALTER TABLE matcher RENAME COLUMN joined_at TO changed_at;

-- Who plans. Every change of ownership locks this row and is refused under another term.
CREATE TABLE planner (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  term        bigint NOT NULL CHECK (term >= 1),
  holder      text NOT NULL,
  incarnation uuid NOT NULL,
  expires_at  timestamptz NOT NULL
);

CREATE FUNCTION refuse_lower_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.term < OLD.term OR (NEW.term = OLD.term AND NEW.incarnation <> OLD.incarnation) THEN
    RAISE EXCEPTION 'planner: term % after %', NEW.term, OLD.term USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER planner_term_rises BEFORE UPDATE ON planner FOR EACH ROW EXECUTE FUNCTION refuse_lower_term();

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
