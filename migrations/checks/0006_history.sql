-- trip, trip_history and any_trip must have the same columns of the same types.
WITH columns AS (
  SELECT owner, attname || ' ' || format_type(atttypid, atttypmod) AS col
  FROM unnest(ARRAY['trip', 'trip_history', 'any_trip']) AS owner
  JOIN pg_attribute ON attrelid = owner::regclass AND attnum > 0 AND NOT attisdropped
)
SELECT 'column ' || col || ' is only in ' || string_agg(owner, ', ') AS wrong FROM columns GROUP BY col HAVING count(*) <> 3
UNION ALL
SELECT 'no index ' || name FROM unnest(ARRAY['trip_history_pkey', 'trip_history_by_rider']) AS name
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(name) AND indisvalid)
UNION ALL
SELECT 'trip_history may be changed' WHERE NOT EXISTS (
  SELECT FROM pg_trigger WHERE tgrelid = 'trip_history'::regclass AND tgname = 'trip_history_append_only' AND tgenabled = 'O')
UNION ALL
SELECT conname || ' is still there' FROM pg_constraint WHERE conname IN ('trip_quote_id_fkey', 'trip_event_trip_id_fkey')
UNION ALL
SELECT 'a quote may make two trips' WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'trip_quote_id_key')
UNION ALL
-- uuid_time must invert uuid_floor.
SELECT 'uuid_floor and uuid_time disagree'
WHERE uuid_time(uuid_floor('2026-03-01T12:34:56.789Z')) <> '2026-03-01T12:34:56.789Z'
  OR uuid_floor('2026-03-01T12:34:56.789Z') <> '019ca965-0895-0000-0000-000000000000';
