SELECT 'a trip that is not under way may be stuck' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'trip_attention' AND convalidated);
