SELECT 'no column catch_up_after of webhook' AS wrong
WHERE NOT has_column_privilege('hailgrid_readonly', 'webhook', 'catch_up_after', 'SELECT');
