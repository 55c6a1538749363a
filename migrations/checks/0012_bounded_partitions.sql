SELECT proname || ' runs with the rights of its owner, and ' || wrong AS wrong
FROM pg_proc CROSS JOIN LATERAL (VALUES
  ('has no search_path', NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting = 'search_path=public, pg_temp')),
  ('anybody may call it', has_function_privilege('public', oid, 'execute')),
  ('its owner is not hailgrid_owner', proowner <> 'hailgrid_owner'::regrole)) AS v (wrong, is_wrong)
WHERE prosecdef AND pronamespace = 'public'::regnamespace AND is_wrong
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e');
