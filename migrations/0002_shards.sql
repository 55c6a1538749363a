-- Up Migration

-- Who matches which part of the city. Epochs only rise; every commit of an offer checks its shard's under FOR SHARE.
CREATE TABLE shard (
  cell       bigint PRIMARY KEY,
  epoch      bigint NOT NULL CHECK (epoch >= 0),
  owner      text,
  changed_at timestamptz NOT NULL
);

CREATE FUNCTION refuse_lower_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.epoch < OLD.epoch OR (NEW.owner IS DISTINCT FROM OLD.owner AND NEW.epoch = OLD.epoch) THEN
    RAISE EXCEPTION 'shard %: epoch % after %', to_hex(OLD.cell), NEW.epoch, OLD.epoch USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER shard_epoch_rises BEFORE UPDATE ON shard FOR EACH ROW EXECUTE FUNCTION refuse_lower_epoch();

-- Matchers that have joined and not left.
CREATE TABLE matcher (
  instance  text PRIMARY KEY,
  joined_at timestamptz NOT NULL
);

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
