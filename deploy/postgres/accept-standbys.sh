#!/usr/bin/env bash
# Runs once, on an empty volume of the primary. Creates the replication role and a slot per standby. From then on no
# commit is acknowledged before one standby has it on disk.
set -euo pipefail

psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$REPLICATION_PASSWORD" \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE replicator WITH LOGIN REPLICATION PASSWORD :'password';
SELECT pg_create_physical_replication_slot(standby) FROM unnest(ARRAY['standby_1', 'standby_2']) AS standby;
-- Takes effect at the restart that ends this set-up. As a command-line option it would apply now, and the first
-- commit would wait for a standby that does not exist yet.
ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (standby_1, standby_2)';
SQL

echo 'host replication replicator all scram-sha-256' >> "$PGDATA/pg_hba.conf"
