SELECT 'attention_head has no row' AS wrong WHERE (SELECT count(*) FROM attention_head) <> 1
UNION ALL
SELECT 'a number in attention is above that of attention_head'
WHERE (SELECT max(number) FROM attention) > (SELECT number FROM attention_head)
UNION ALL
SELECT 'attention has no key (subject, kind, occasion)' WHERE NOT EXISTS (
  SELECT FROM pg_constraint WHERE conrelid = 'attention'::regclass AND contype = 'u'
    AND pg_get_constraintdef(oid) = 'UNIQUE (subject, kind, occasion)');
