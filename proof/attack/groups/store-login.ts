import { DatabaseError } from 'pg';
import { withClient } from '../../../ops/postgres/query.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

/** What the login of `trips` could do to the database and must not; each statement in a transaction that is rolled back. */
const STATEMENTS: Record<string, string> = {
  'change-audit': `UPDATE operator_audit SET act = 'nothing'`,
  'delete-audit': 'DELETE FROM operator_audit',
  'empty-audit': 'TRUNCATE operator_audit',
  'move-audit-head': 'UPDATE operator_audit_head SET number = 0, hash = NULL',
  'delete-audit-head': 'DELETE FROM operator_audit_head',
  'leave-a-gap-in-audit': `INSERT INTO operator_audit (number, at, issuer, subject, actor_id, role, act, target, request_id, hash)
    SELECT number + 2, now(), 'i', 's', 'a', 'operator', 'cancel_trip', '{}', 'r', sha256('x') FROM operator_audit_head`,
  'audit-twice': `INSERT INTO operator_audit SELECT * FROM operator_audit LIMIT 1`,
  'advance-audit': 'SELECT advance_operator_audit()',
  'change-event': `UPDATE trip_event SET type = 'completed'`,
  'delete-event': 'DELETE FROM trip_event',
  'empty-events': 'TRUNCATE trip_event',
  'change-history': `UPDATE trip_history SET state = 'completed'`,
  'lower-an-epoch': 'UPDATE shard SET epoch = epoch - 1',
  'delete-shards': 'DELETE FROM shard',
  'lower-the-term': 'UPDATE planner SET term = term - 1',
  'disable-triggers': 'ALTER TABLE operator_audit DISABLE TRIGGER ALL',
  'switch-triggers-off': 'SET session_replication_role = replica',
  'become-owner': 'SET ROLE hailgrid_owner',
  'become-superuser': 'SET SESSION AUTHORIZATION postgres',
  'make-superuser': 'CREATE ROLE attacker SUPERUSER',
  'grant-itself': 'GRANT hailgrid_owner TO CURRENT_USER',
  'create-table': 'CREATE TABLE attacker (id int)',
  'create-function': `CREATE FUNCTION attacker() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  'replace-function': `CREATE OR REPLACE FUNCTION lock_operator_audit() RETURNS TABLE (number bigint, hash bytea) LANGUAGE sql AS 'SELECT 1::bigint, NULL::bytea'`,
  'drop-trips': 'DROP TABLE trip',
  'run-a-program': `COPY (SELECT 1) TO PROGRAM 'true'`,
  'read-a-file': `SELECT pg_read_file('/etc/passwd')`,
  'write-a-file': `COPY (SELECT 1) TO '/tmp/hailgrid-attack'`,
  'read-passwords': 'SELECT rolpassword FROM pg_authid',
  'change-settings': `ALTER SYSTEM SET synchronous_commit = off`,
  'reload-settings': 'SELECT pg_reload_conf()',
  'promote-a-standby': 'SELECT pg_promote()',
  'partitions-far-ahead': `SELECT make_history_partitions('2200-01-01', interval '30 days', 2)`,
  'partitions-long-ago': `SELECT make_history_partitions('1970-01-01', interval '30 days', 2)`,
  'partitions-of-a-second': `SELECT make_history_partitions(now(), interval '1 second', 2)`,
  'partitions-of-odd-width': `SELECT make_history_partitions(now(), interval '1 day 1 second', 2)`,
  'partitions-of-negative-width': `SELECT make_history_partitions(now(), interval '-1 day', 2)`,
  'partitions-without-end': `SELECT make_history_partitions(now(), interval '30 days', 2147483647)`,
  'partitions-at-infinity': `SELECT make_history_partitions('infinity', interval '30 days', 2)`,
  'partitions-of-nulls': 'SELECT make_history_partitions(NULL, NULL, NULL)',
};

/** A hostile argument that blocks others for longer than this has done harm. */
const STATEMENT_LIMIT_MS = 5_000;
/** Classes of SQLSTATE by which Postgres refuses: privileges, arguments, triggers, integrity. */
const REFUSAL = /^(42501|22...|23...|P0001|0A000|25006|55000|28000|42601)$/;

async function tryStatement(url: string, sql: string): Promise<Outcome> {
  return withClient(
    url,
    async (client) => {
      // Postgres changes settings outside of transactions only.
      const isWithin = !sql.startsWith('ALTER SYSTEM');
      if (isWithin) await client.query('BEGIN');
      try {
        const { rowCount } = await client.query(sql);
        return outcome(true, `done, ${rowCount ?? 0} rows`);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        const { code = '', message } = error;
        if (!REFUSAL.test(code)) throw error;
        return outcome(false, `${code} ${message}`);
      } finally {
        if (isWithin) await client.query('ROLLBACK');
      }
    },
    { statementMs: STATEMENT_LIMIT_MS },
  );
}

export const STORE_LOGIN: readonly Attack[] = Object.entries(STATEMENTS).map(([id, sql]) => ({
  id: `login-of-trips:${id}`,
  what: `With the stolen login of trips: ${sql.replaceAll(/\s+/g, ' ')}`,
  run: ({ postgres }) => tryStatement(postgres.asTrips, sql),
}));
