SELECT 'no table ' || name AS wrong
FROM unnest(ARRAY['quote', 'trip', 'trip_event', 'driver_claim', 'driver', 'outbox', 'idempotency_key']) AS name
WHERE to_regclass(name) IS NULL
UNION ALL
SELECT 'trip_event may be changed' WHERE NOT EXISTS (
  SELECT FROM pg_trigger WHERE tgrelid = 'trip_event'::regclass AND tgname = 'trip_event_append_only' AND tgenabled = 'O');
