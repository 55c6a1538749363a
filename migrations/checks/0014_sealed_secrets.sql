SELECT 'webhook_secret does not belong to hailgrid_owner' AS wrong FROM pg_class
WHERE relname = 'webhook_secret' AND relowner <> 'hailgrid_owner'::regrole
UNION ALL
SELECT 'hailgrid_trips may not ' || lower(privilege) || ' webhook_secret'
FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
WHERE NOT has_table_privilege('hailgrid_trips', 'webhook_secret', privilege)
UNION ALL
SELECT 'hailgrid_readonly may read sealed secrets'
WHERE has_column_privilege('hailgrid_readonly', 'webhook_secret', 'sealed', 'SELECT')
UNION ALL
SELECT 'a webhook must have a secret in clear' FROM information_schema.columns
WHERE table_name = 'webhook' AND column_name = 'secret' AND is_nullable = 'NO';
