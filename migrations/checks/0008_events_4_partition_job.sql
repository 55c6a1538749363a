-- Every id has a partition: the partitions of a table follow each other without a gap, from the first id to the last.
SELECT 'gap of ' || parent || ' before ' || partition AS wrong FROM (
  SELECT parent, partition, from_id, to_id, row_number() OVER later AS place, lag(to_id) OVER later AS before
  FROM history_partition WINDOW later AS (PARTITION BY parent ORDER BY from_id NULLS FIRST)) AS p
WHERE from_id IS DISTINCT FROM before OR (place = 1) <> (from_id IS NULL)
UNION ALL
SELECT 'no last partition of ' || name FROM unnest(ARRAY['trip_history', 'trip_event']) AS name
WHERE NOT EXISTS (SELECT FROM history_partition WHERE parent = name AND partition = name || '_ahead' AND to_id IS NULL)
UNION ALL
SELECT 'any role may create partitions' WHERE has_function_privilege('public', 'make_history_partitions(timestamptz, interval, integer)', 'execute')
UNION ALL
SELECT 'no schema archive' WHERE to_regnamespace('archive') IS NULL;
