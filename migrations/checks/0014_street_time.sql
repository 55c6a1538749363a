SELECT name || ' has no column street_s' AS wrong
FROM unnest(ARRAY['quote', 'trip', 'trip_history', 'any_trip']) AS name
WHERE NOT EXISTS (SELECT FROM pg_attribute
  WHERE attrelid = to_regclass(name) AND attname = 'street_s' AND NOT attisdropped);
