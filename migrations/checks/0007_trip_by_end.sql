-- An interrupted build leaves an invalid index, which no query uses: DROP INDEX CONCURRENTLY trip_by_end and migrate again.
SELECT 'trip_by_end is not usable: drop it and migrate again' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('trip_by_end') AND indisvalid AND indisready);
