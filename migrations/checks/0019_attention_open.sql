SELECT 'no index attention_open' AS wrong
WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('attention_open') AND indisvalid);
