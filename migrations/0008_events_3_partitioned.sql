-- Up Migration

-- Step 3 of 3: the table changes places with one that has it as its first partition. No row is read: the validated bound
-- says where they belong, the indexes of the same form become parts of the new ones.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';
LOCK TABLE trip_event IN ACCESS EXCLUSIVE MODE;

-- Another table takes the name in the same transaction.
-- squawk-ignore renaming-table
ALTER TABLE trip_event RENAME TO trip_event_first;
ALTER INDEX trip_event_pkey RENAME TO trip_event_first_pkey;
ALTER INDEX trip_event_offer RENAME TO trip_event_first_offer;

CREATE TABLE trip_event (LIKE trip_event_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
  PRIMARY KEY (trip_id, seq)
) PARTITION BY RANGE (trip_id);
ALTER TABLE trip_event DROP CONSTRAINT trip_event_first;
CREATE INDEX trip_event_offer ON trip_event (driver_id, (event -> 'offer' ->> 'offerId')) WHERE type = 'offer_made';
CREATE TRIGGER trip_event_append_only BEFORE UPDATE OR DELETE ON trip_event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trip_event_stays BEFORE TRUNCATE ON trip_event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER trip_event_append_only ON trip_event_first;

DO $$
DECLARE
  bound uuid := substring(pg_get_constraintdef(oid) FROM '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')::uuid
    FROM pg_constraint WHERE conname = 'trip_event_first' AND conrelid = 'trip_event_first'::regclass;
BEGIN
  EXECUTE format('ALTER TABLE trip_event ATTACH PARTITION trip_event_first FOR VALUES FROM (MINVALUE) TO (%L)', bound);
  EXECUTE format('CREATE TABLE trip_event_ahead PARTITION OF trip_event FOR VALUES FROM (%L) TO (MAXVALUE)', bound);
END $$;
ALTER TABLE trip_event_first DROP CONSTRAINT trip_event_first;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
