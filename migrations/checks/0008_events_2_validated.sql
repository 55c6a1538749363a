SELECT 'the bound of trip_event was not validated' AS wrong
WHERE NOT EXISTS (
  SELECT FROM pg_constraint
  WHERE conrelid = 'trip_event'::regclass AND conname = 'trip_event_first' AND convalidated);
