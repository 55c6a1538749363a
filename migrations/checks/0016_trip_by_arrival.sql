SELECT 'trip_by_arrival is not usable' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('trip_by_arrival') AND indisvalid);
