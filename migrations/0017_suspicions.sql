-- Up Migration

-- Doubts about drivers' positions, for operators to review. One row a driver and period bounds what a flood can write.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

CREATE TABLE driver_suspicion (
  driver_id        uuid NOT NULL,
  period           timestamptz NOT NULL,
  at               timestamptz NOT NULL,
  score            double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
  impossible_track bigint NOT NULL CHECK (impossible_track >= 0),
  mocked_position  bigint NOT NULL CHECK (mocked_position >= 0),
  lat              double precision NOT NULL,
  lng              double precision NOT NULL,
  PRIMARY KEY (driver_id, period)
);
CREATE INDEX driver_suspicion_period ON driver_suspicion (period);
ALTER TABLE driver_suspicion OWNER TO hailgrid_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON driver_suspicion TO hailgrid_trips;
GRANT SELECT ON driver_suspicion TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
