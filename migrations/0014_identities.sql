-- Up Migration

-- Who a token's subject is. Providers name people as they like; ids of this system are rider_<identity_id>, driver_<identity_id>
-- and operator_<identity_id>, so that two roles of one person are recognised without a look-up.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

CREATE TABLE identity (
  issuer      text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 512),
  subject     text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  identity_id uuid NOT NULL UNIQUE,
  -- Service time of the first sight.
  made_at     timestamptz NOT NULL,
  -- First sights that race for a person wait for each other here.
  PRIMARY KEY (issuer, subject)
);
ALTER TABLE identity OWNER TO hailgrid_owner;
-- Nobody becomes somebody else: rows are neither changed nor taken away.
GRANT SELECT, INSERT ON identity TO hailgrid_trips;
GRANT SELECT ON identity TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
