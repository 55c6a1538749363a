SELECT 'identity has another key than (issuer, subject)' AS wrong
WHERE (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'identity_pkey') IS DISTINCT FROM
  'PRIMARY KEY (issuer, subject)'
UNION ALL
SELECT 'two people may have one identity_id' WHERE NOT EXISTS (SELECT FROM pg_constraint
  WHERE conrelid = to_regclass('identity') AND pg_get_constraintdef(oid) = 'UNIQUE (identity_id)')
UNION ALL
SELECT 'hailgrid_trips may change identities' WHERE has_table_privilege('hailgrid_trips', 'identity', 'UPDATE, DELETE, TRUNCATE');
