SELECT 'operator_audit_head has no row' AS wrong WHERE (SELECT count(*) FROM operator_audit_head) <> 1
UNION ALL
SELECT 'no trigger ' || name || ' on ' || relation
FROM (VALUES ('operator_audit_advances', 'operator_audit'), ('operator_audit_append_only', 'operator_audit'),
  ('operator_audit_stays', 'operator_audit'), ('operator_audit_head_stays', 'operator_audit_head')) AS t (name, relation)
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(relation) AND tgname = name AND tgenabled = 'O')
UNION ALL
SELECT role || ' may ' || lower(privilege) || ' ' || name
FROM unnest(ARRAY['hailgrid_trips', 'hailgrid_readonly']) AS role,
  unnest(ARRAY['operator_audit', 'operator_audit_head']) AS name,
  unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege
WHERE has_table_privilege(role, name, privilege)
UNION ALL
SELECT 'hailgrid_trips may insert into operator_audit_head' WHERE has_table_privilege('hailgrid_trips', 'operator_audit_head', 'INSERT')
UNION ALL
SELECT proname || ' does not run as hailgrid_owner' FROM pg_proc
WHERE proname IN ('lock_operator_audit', 'advance_operator_audit') AND (NOT prosecdef OR proowner <> 'hailgrid_owner'::regrole);
