SELECT 'no column ' || name AS wrong FROM (VALUES ('trip_event', 'hash'), ('trip', 'event_hash')) AS c (owner, name)
WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = owner::regclass AND attname = name AND NOT attisdropped);
