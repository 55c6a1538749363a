SELECT 'the distance source of a ' || name || ' may be any text' AS wrong FROM unnest(ARRAY['quote', 'trip']) AS name
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = name || '_distance_source' AND convalidated);
