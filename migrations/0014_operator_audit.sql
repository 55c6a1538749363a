-- Up Migration

-- Who did what for operations (ADR 0029): every act of an operator, and every look at people's histories. A row is written
-- in the transaction of its act; each holds the hash of all before it.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

CREATE TABLE operator_audit (
  number     bigint PRIMARY KEY CHECK (number > 0),
  -- Of the act, in service time.
  at         timestamptz NOT NULL,
  -- The issuer and the subject of the token, and the id that the subject has here.
  issuer     text NOT NULL,
  subject    text NOT NULL,
  actor_id   text NOT NULL,
  role       text NOT NULL,
  act        text NOT NULL,
  -- The ids and filters that the act names.
  target     jsonb NOT NULL,
  reason     jsonb,
  request_id text NOT NULL,
  before     jsonb,
  after      jsonb,
  hash       bytea NOT NULL CHECK (length(hash) = 32)
);

-- The newest row. It reveals rows that were cut off; only the functions below write it.
CREATE TABLE operator_audit_head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  number bigint NOT NULL,
  hash   bytea
);
INSERT INTO operator_audit_head (number, hash) VALUES (0, NULL);

-- Locks the head, so that rows get their numbers one after the other. The last lock of a transaction (I15).
CREATE FUNCTION lock_operator_audit() RETURNS TABLE (number bigint, hash bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT head.number, head.hash FROM operator_audit_head AS head FOR UPDATE
$$;

-- Moves the head on to a new row, which must be the next one: a number is given once.
CREATE FUNCTION advance_operator_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE operator_audit_head SET number = NEW.number, hash = NEW.hash WHERE number = NEW.number - 1;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'audit row % does not follow the newest one', NEW.number USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER operator_audit_advances AFTER INSERT ON operator_audit
  FOR EACH ROW EXECUTE FUNCTION advance_operator_audit();
CREATE TRIGGER operator_audit_append_only BEFORE UPDATE OR DELETE ON operator_audit
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER operator_audit_stays BEFORE TRUNCATE ON operator_audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER operator_audit_head_stays BEFORE DELETE OR TRUNCATE ON operator_audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE operator_audit OWNER TO hailgrid_owner;
ALTER TABLE operator_audit_head OWNER TO hailgrid_owner;
ALTER FUNCTION lock_operator_audit OWNER TO hailgrid_owner;
ALTER FUNCTION advance_operator_audit OWNER TO hailgrid_owner;
REVOKE EXECUTE ON FUNCTION lock_operator_audit, advance_operator_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_operator_audit TO hailgrid_trips;
GRANT SELECT, INSERT ON operator_audit TO hailgrid_trips;
GRANT SELECT ON operator_audit_head TO hailgrid_trips;
GRANT SELECT ON operator_audit, operator_audit_head TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
