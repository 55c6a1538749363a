-- A build that broke off leaves an index that is not used: DROP INDEX CONCURRENTLY trip_by_end, and make it again.
SELECT 'trip_by_end is not usable: drop it and migrate again' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('trip_by_end') AND indisvalid AND indisready);
