SELECT 'no table ' || name AS wrong FROM unnest(ARRAY['shard', 'matcher']) AS name WHERE to_regclass(name) IS NULL
UNION ALL
SELECT 'epochs may fall' WHERE NOT EXISTS (
  SELECT FROM pg_trigger WHERE tgrelid = 'shard'::regclass AND tgname = 'shard_epoch_rises' AND tgenabled = 'O');
