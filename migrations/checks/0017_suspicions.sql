SELECT 'driver_suspicion has another key than (driver_id, period)' AS wrong
WHERE (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'driver_suspicion_pkey') IS DISTINCT FROM
  'PRIMARY KEY (driver_id, period)';
