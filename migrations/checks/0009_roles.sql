SELECT relname || ' does not belong to hailgrid_owner' AS wrong FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND relname <> 'migration'
  AND relowner <> 'hailgrid_owner'::regrole
UNION ALL
SELECT 'make_history_partitions does not run as hailgrid_owner' FROM pg_proc
WHERE proname = 'make_history_partitions' AND (NOT prosecdef OR proowner <> 'hailgrid_owner'::regrole)
UNION ALL
SELECT rolname || ' may log in or has an administrative attribute' FROM pg_roles
WHERE rolname IN ('hailgrid_owner', 'hailgrid_trips', 'hailgrid_readonly')
  AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
UNION ALL
-- Privileges that a role has on tables that it must not change.
SELECT role || ' may ' || lower(privilege) || ' ' || name
FROM unnest(ARRAY['hailgrid_trips', 'hailgrid_readonly']) AS role,
  unnest(ARRAY['trip_event', 'trip_history']) AS name, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege
WHERE has_table_privilege(role, name, privilege)
UNION ALL
SELECT 'hailgrid_readonly may change ' || relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
  AND has_table_privilege('hailgrid_readonly', oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
UNION ALL
SELECT 'hailgrid_readonly may read secrets' WHERE has_column_privilege('hailgrid_readonly', 'webhook', 'secret', 'SELECT');
