SELECT name || ' has no column pauses' AS wrong FROM unnest(ARRAY['trip', 'trip_history', 'any_trip']) AS name
WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(name) AND attname = 'pauses' AND NOT attisdropped)
UNION ALL
SELECT 'driver_claim has no column deliver_by'
WHERE NOT EXISTS (SELECT FROM pg_attribute
  WHERE attrelid = to_regclass('driver_claim') AND attname = 'deliver_by' AND NOT attisdropped);
