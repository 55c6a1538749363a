SELECT 'no column ' || name || ' of webhook' AS wrong
FROM unnest(ARRAY['suspended_reason', 'suspended_error', 'refusals', 'is_full', 'held_until']) AS name
WHERE NOT has_column_privilege('hailgrid_readonly', 'webhook', name, 'SELECT');
