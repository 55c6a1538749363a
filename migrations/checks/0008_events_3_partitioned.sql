SELECT 'trip_event is not partitioned' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'trip_event'::regclass)
UNION ALL
SELECT 'partition ' || name || ' is missing' FROM unnest(ARRAY['trip_event_first', 'trip_event_ahead']) AS name
WHERE NOT EXISTS (
  SELECT FROM pg_inherits WHERE inhparent = 'trip_event'::regclass AND inhrelid = to_regclass(name))
UNION ALL
-- An index is invalid while a partition lacks its part.
SELECT 'index ' || indexrelid::regclass || ' is not whole' FROM pg_index
WHERE indrelid = 'trip_event'::regclass AND NOT indisvalid
UNION ALL
SELECT 'no index ' || name FROM unnest(ARRAY['trip_event_pkey', 'trip_event_offer']) AS name WHERE to_regclass(name) IS NULL
UNION ALL
SELECT relid || ' may be changed' FROM pg_partition_tree('trip_event')
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relid AND tgname = 'trip_event_append_only' AND tgenabled = 'O');
