-- Up Migration

-- Who may do what (ADR 0017). These are groups without a login, the same for all databases of a cluster; logins that are
-- members are made by `npm run migrate -- --logins`, or by an operator. To be run by a superuser.
SET LOCAL lock_timeout = '1s';
SET LOCAL statement_timeout = '10s';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['hailgrid_owner', 'hailgrid_trips', 'hailgrid_readonly'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    EXCEPTION
      -- Another database of the cluster, or another one who migrates just now.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END $$;

-- The owner: tables, and the function that makes partitions, which therefore can do no more than this.
GRANT USAGE, CREATE ON SCHEMA public, archive TO hailgrid_owner;
DO $$
DECLARE relation regclass;
BEGIN
  FOR relation IN
    SELECT oid FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND relname <> 'migration'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    ORDER BY array_position(ARRAY['planner', 'matcher', 'shard', 'quote', 'trip', 'trip_event'], relname::text), relname
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO hailgrid_owner', relation);
  END LOOP;
END $$;
ALTER FUNCTION make_history_partitions OWNER TO hailgrid_owner;

-- trips: what its statements need. Nothing that happened is changed or taken away, no table is made or emptied.
GRANT SELECT, INSERT, UPDATE, DELETE ON trip, driver_claim, outbox, idempotency_key, matcher,
  webhook, webhook_lane, webhook_delivery TO hailgrid_trips;
GRANT SELECT, INSERT, UPDATE ON driver, shard, planner TO hailgrid_trips;
GRANT SELECT, INSERT, DELETE ON quote, shard_change TO hailgrid_trips;
GRANT SELECT, INSERT ON trip_event, trip_history TO hailgrid_trips;
GRANT SELECT ON any_trip, history_partition TO hailgrid_trips;
-- Rows that are forgotten are locked first (SKIP LOCKED), for which Postgres wants the right to change some column.
GRANT UPDATE (pickup_eta_s) ON quote TO hailgrid_trips;
GRANT UPDATE (at) ON shard_change TO hailgrid_trips;
GRANT EXECUTE ON FUNCTION make_history_partitions TO hailgrid_trips;
-- How far a standby has come, and on which timeline.
GRANT pg_read_all_stats TO hailgrid_trips;

-- Audit, rebuilding the stream of events, operators: all that happened, but neither the webhooks' secrets nor the keys of requests.
GRANT SELECT ON quote, trip, trip_history, trip_event, any_trip, history_partition, driver, driver_claim, outbox,
  shard, shard_change, matcher, planner, webhook_lane, webhook_delivery TO hailgrid_readonly;
GRANT SELECT (webhook_id, url, event_types, created_at, suspended_at) ON webhook TO hailgrid_readonly;
GRANT USAGE ON SCHEMA archive TO hailgrid_readonly;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
