SELECT 'no table ' || name AS wrong FROM unnest(ARRAY['webhook', 'webhook_lane', 'webhook_delivery']) AS name
WHERE to_regclass(name) IS NULL;
