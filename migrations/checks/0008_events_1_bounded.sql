SELECT 'trip_event has no bound' AS wrong
WHERE NOT EXISTS (
  SELECT FROM pg_constraint WHERE conrelid = 'trip_event'::regclass AND conname = 'trip_event_first')
UNION ALL
SELECT 'trip_event is bounded too soon: ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'trip_event'::regclass AND conname = 'trip_event_first' AND uuid_time(
  substring(pg_get_constraintdef(oid) FROM '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')::uuid) < now() + interval '7 days';
