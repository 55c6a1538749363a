-- Up Migration

-- The secrets of webhooks are sealed with a key that only `webhooks` can open (ADR 0025). A webhook has several while its
-- receiver changes from one to the next.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

CREATE TABLE webhook_secret (
  webhook_id uuid NOT NULL REFERENCES webhook ON DELETE CASCADE,
  -- From 1; the highest one is the newest.
  -- squawk-ignore prefer-bigint-over-int
  number     integer NOT NULL CHECK (number >= 1),
  -- A compact JWE.
  sealed     text NOT NULL,
  -- The key that it is sealed with.
  key_id     text NOT NULL,
  -- Names the secret and does not reveal it.
  fingerprint text NOT NULL,
  made_at    timestamptz NOT NULL,
  -- Signs until then; null: for good.
  expires_at timestamptz,
  PRIMARY KEY (webhook_id, number)
);
ALTER TABLE webhook_secret OWNER TO hailgrid_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_secret TO hailgrid_trips;
GRANT SELECT (webhook_id, number, key_id, fingerprint, made_at, expires_at) ON webhook_secret TO hailgrid_readonly;

-- Null once `trips`, which has the public key, has sealed it. The column goes in a later migration, when no older process
-- writes it.
-- squawk-ignore ban-drop-not-null
ALTER TABLE webhook ALTER COLUMN secret DROP NOT NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
