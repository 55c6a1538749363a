-- Once, as the superuser, in the database postgres. The password goes into ~postgres/.pgpass of every host.
-- The role starts and stops backups; the system user of pgbackrest, not the role, reads the files.
CREATE ROLE hailgrid_backup LOGIN;
GRANT pg_read_all_settings, pg_checkpoint TO hailgrid_backup;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO hailgrid_backup;
GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO hailgrid_backup;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO hailgrid_backup;
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO hailgrid_backup;
