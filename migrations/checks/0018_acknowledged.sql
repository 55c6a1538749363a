SELECT 'attention has no column ' || name AS wrong
FROM unnest(ARRAY['acknowledged_at', 'acknowledged_by', 'acknowledged_name', 'acknowledged_note']) AS name
WHERE NOT EXISTS (
  SELECT FROM pg_attribute WHERE attrelid = 'attention'::regclass AND attname = name AND NOT attisdropped);
