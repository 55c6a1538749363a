-- Up Migration, outside of a transaction

-- squawk-ignore-file require-lock-timeout, require-statement-timeout
-- It waits for those who write now, and makes none of them wait; a timeout would leave half an index.

-- What nobody has taken on yet, oldest first: every open page asks for it every few seconds.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attention_open ON attention (number) WHERE acknowledged_at IS NULL;

-- Down Migration
-- Forward only: a wrong migration is mended by the next one.
