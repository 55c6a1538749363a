SELECT name || ' has no column attention' AS wrong FROM unnest(ARRAY['trip', 'trip_history', 'any_trip']) AS name
WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(name) AND attname = 'attention' AND NOT attisdropped)
UNION ALL
SELECT 'driver_claim has no column heard_at'
WHERE NOT EXISTS (SELECT FROM pg_attribute
  WHERE attrelid = to_regclass('driver_claim') AND attname = 'heard_at' AND NOT attisdropped);
