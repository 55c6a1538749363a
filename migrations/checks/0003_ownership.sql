SELECT 'no table ' || name AS wrong FROM unnest(ARRAY['shard_change', 'planner']) AS name WHERE to_regclass(name) IS NULL
UNION ALL
SELECT 'terms may fall' WHERE NOT EXISTS (
  SELECT FROM pg_trigger WHERE tgrelid = 'planner'::regclass AND tgname = 'planner_term_rises' AND tgenabled = 'O')
UNION ALL
SELECT conname || ' was not validated' FROM pg_constraint WHERE NOT convalidated;
