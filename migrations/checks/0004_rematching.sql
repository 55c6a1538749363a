SELECT 'driver_claim has another key than (driver_id, place)' AS wrong
WHERE (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'driver_claim_pkey') IS DISTINCT FROM
  'PRIMARY KEY (driver_id, place)'
UNION ALL
SELECT conname || ' was not validated' FROM pg_constraint WHERE NOT convalidated
UNION ALL
SELECT 'no index trip_before_pickup_by_cell' WHERE to_regclass('trip_before_pickup_by_cell') IS NULL;
