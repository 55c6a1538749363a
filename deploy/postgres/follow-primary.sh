#!/usr/bin/env bash
# Starts a hot standby; on an empty volume it first takes a base backup of the primary.
set -euo pipefail

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside the final directory, so that an interrupted copy is never mistaken for a complete one.
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
