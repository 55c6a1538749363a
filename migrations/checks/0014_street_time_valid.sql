SELECT 'the street time of a ' || name || ' may be negative' AS wrong FROM unnest(ARRAY['quote', 'trip']) AS name
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = name || '_street_s' AND convalidated);
