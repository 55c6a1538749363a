SELECT 'trip_history_completed is not usable' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('trip_history_completed') AND indisvalid);
