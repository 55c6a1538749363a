-- Up Migration

-- In a transaction of its own: adding the constraints blocks writers, checking the rows does not.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';
ALTER TABLE quote VALIDATE CONSTRAINT quote_street_s;
ALTER TABLE trip VALIDATE CONSTRAINT trip_street_s;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
