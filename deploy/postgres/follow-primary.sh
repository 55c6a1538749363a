#!/usr/bin/env bash
# Starts a hot standby, which it first makes from a base backup of the primary where its volume is empty.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside the final place, so that a copy that was cut off is never taken for a whole one.
  copy="$PGDATA.copy"
  rm -rf "$copy"
  mkdir -p "$(dirname "$PGDATA")"
  PGPASSWORD="$REPLICATION_PASSWORD" pg_basebackup --pgdata "$copy" --write-recovery-conf \
    --wal-method stream --checkpoint fast --slot "$STANDBY_NAME" \
    --dbname "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replicator application_name=$STANDBY_NAME"
  rm -rf "$PGDATA"
  mv "$copy" "$PGDATA"
fi

exec postgres "$@"
