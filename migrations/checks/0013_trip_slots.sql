SELECT 'trip_slot has another key than (rider_id, slot)' AS wrong
WHERE (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'trip_slot_pkey') IS DISTINCT FROM
  'PRIMARY KEY (rider_id, slot)'
UNION ALL
SELECT 'no trigger trip_frees_slot on trip' WHERE NOT EXISTS (SELECT FROM pg_trigger
  WHERE tgrelid = to_regclass('trip') AND tgname = 'trip_frees_slot' AND tgenabled = 'O')
UNION ALL
SELECT 'a slot is held by ' || trip_id || ', which is not open' FROM trip_slot
WHERE NOT EXISTS (SELECT FROM trip WHERE trip.trip_id = trip_slot.trip_id AND ended_at IS NULL);
