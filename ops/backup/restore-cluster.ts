import { escapeLiteral } from 'pg';
import { Database } from '#libs/store';
import { auditTrips, isSound, type AuditReport } from '../audit/audit-trips.ts';
import { findBinaries, type PostgresBinaries } from '../../dev/postgres/binaries.ts';
import { query } from '../postgres/query.ts';
import { postgresUser } from '../../dev/postgres/run-as.ts';
import { SUPERUSER } from '../../dev/postgres/server.ts';
import { mayEnter } from '../../dev/setup/cache-for-user.ts';
import { UserError } from '../command-line/user-error.ts';
import { existingBackup, type BackupDirectory } from './backup-directory.ts';
import { readBackups, type BaseBackup } from './base-backups.ts';
import { coverageOf } from './coverage-of.ts';
import { empty, layOut } from './lay-out.ts';
import type { PrivateServer } from './private-server.ts';
import { raiseFences, type RaisedFences } from '../fence/raise-fences.ts';
import { recover } from './recover.ts';
import { chooseBackup, describeTarget, type RestoreTarget } from './restore-target.ts';
import type { MissingWal } from './wal-coverage.ts';
import { parseLsn, type Lsn } from './wal-names.ts';

const MAX_NAMED_GAPS = 5;

export interface RestoreOrder {
  backupPath: string;
  /** Absent or empty; becomes the data directory. Postgres's log of the recovery goes beside it. */
  dataDirectory: string;
  target: RestoreTarget;
  /** The one whose trips are audited and whose fences are raised. */
  database: string;
  /** For the history of the shards. */
  nowMs: number;
  /** The superuser's from now on; undefined: as it was. */
  password?: string;
  /** Told what is being done now, as a few words. */
  onStep: (step: string) => void;
}

export interface RestoreReport {
  backup: string;
  target: string;
  /** The last transaction that is in the restored cluster; null where none followed the base backup. */
  last_transaction_at: string | null;
  /** How far the log was played. */
  lsn: string;
  /** The timeline that begins here. */
  timeline: number;
  audit: AuditReport;
  fences: RaisedFences;
  sound: boolean;
}

/**
 * Makes a cluster out of the newest base backup that will do and the log after it, up to the target; audits its trips, and
 * raises what fences off whoever has seen what came after. Its server is stopped at the end. Throws {@link UserError} for
 * whatever makes it less than what was asked for; the data directory is empty then.
 */
export async function restoreCluster(order: RestoreOrder): Promise<RestoreReport> {
  const directory = existingBackup(order.backupPath);
  const user = await postgresUser();
  if (!(await mayEnter(directory.wal, user)))
    throw new UserError(`${directory.wal}: the user that Postgres runs as cannot get there`);
  const binaries = await findBinaries(user);
  const backup = chooseBackup(readBackups(directory), order.target);
  refuseOtherVersion(backup, binaries);
  const missing = gaps(directory, backup, order.target);
  order.onStep(`laying out base backup ${backup.id}`);
  await layOut(directory, backup, order.dataDirectory, user);
  try {
    order.onStep(`playing the log up to ${describeTarget(order.target)}`);
    const spec = {
      name: 'postgres_restored',
      binaries,
      user,
      dataDirectory: order.dataDirectory,
      logFile: `${order.dataDirectory}.log`,
    };
    const server = await recover(spec, directory.path, order.target, missing);
    try {
      return await concludeRestore(server, order, backup);
    } finally {
      await server.stop();
    }
  } catch (error) {
    empty(order.dataDirectory);
    throw error;
  }
}

function refuseOtherVersion({ id, server_version: version }: BaseBackup, binaries: PostgresBinaries): void {
  if (Number.parseInt(version, 10) === Number.parseInt(binaries.version, 10)) return;
  throw new UserError(
    `base backup ${id} is of PostgreSQL ${version}, these programs are ${binaries.version}; ` +
      'name the programs of the same major version in HAILGRID_POSTGRES_BIN',
  );
}

/**
 * A gap would end recovery like the end of the log, so it is refused. Where a time is asked for, how far the log has to
 * reach is known only when it has been played: what the base backup needs has to be there, and for the rest Postgres
 * refuses to end before the time. Returns what else is missing.
 */
function gaps(directory: BackupDirectory, backup: BaseBackup, target: RestoreTarget): MissingWal[] {
  const all = coverageOf(directory, backup);
  const needed = target.kind === 'latest' ? all : coverageOf(directory, backup, neededEnd(backup, target));
  if (needed.missing.length === 0) return all.missing;
  const names = needed.missing.slice(0, MAX_NAMED_GAPS).map(({ name }) => name);
  throw new UserError(
    `the archive lacks ${names.join(', ')}${needed.missing.length > names.length ? ', …' : ''}: ` +
      `the log goes without a gap to ${needed.reaches} only`,
  );
}

function neededEnd(backup: BaseBackup, target: RestoreTarget): Lsn {
  return parseLsn(target.kind === 'lsn' ? target.lsn : backup.end_lsn);
}

async function concludeRestore(
  server: PrivateServer,
  { database: name, target, nowMs, password, onStep }: RestoreOrder,
  backup: BaseBackup,
): Promise<RestoreReport> {
  const position = await positionOf(server.url('postgres'));
  const url = server.url(name);
  await refuseWithoutTrips(server, name);
  onStep('auditing the trips');
  const database = new Database({ urls: [url], maxConnections: 1, applicationName: 'hailgrid-restore' });
  try {
    const audit = await auditTrips(database);
    onStep('raising epochs, terms and versions');
    const fences = await raiseFences(url, nowMs);
    if (password !== undefined)
      await query(url, `ALTER ROLE ${SUPERUSER} PASSWORD ${escapeLiteral(password)}`);
    return {
      backup: backup.id,
      target: describeTarget(target),
      ...position,
      audit,
      fences,
      sound: isSound(audit),
    };
  } finally {
    await database.close();
  }
}

async function refuseWithoutTrips(server: PrivateServer, database: string): Promise<void> {
  const isThere = async (url: string, condition: string): Promise<boolean> =>
    (await query<{ yes: boolean }>(url, `SELECT ${condition} AS yes`))[0]?.yes === true;
  const name = escapeLiteral(database);
  const hasDatabase = await isThere(
    server.url('postgres'),
    `EXISTS (SELECT FROM pg_database WHERE datname = ${name})`,
  );
  if (hasDatabase && (await isThere(server.url(database), `to_regclass('trip_event') IS NOT NULL`))) return;
  throw new UserError(
    `at that moment the cluster had no trips in a database ${database}: restore to an earlier one, or name it with --database`,
  );
}

async function positionOf(
  url: string,
): Promise<Pick<RestoreReport, 'last_transaction_at' | 'lsn' | 'timeline'>> {
  const [row] = await query<{ at: Date | null; lsn: string; timeline: number }>(
    url,
    `SELECT pg_last_xact_replay_timestamp() AS at, pg_last_wal_replay_lsn()::text AS lsn,
            (SELECT timeline_id FROM pg_control_recovery(), pg_control_checkpoint()) AS timeline`,
  );
  if (row === undefined) throw new Error('the restored server does not say how far it came');
  return { last_transaction_at: row.at?.toISOString() ?? null, lsn: row.lsn, timeline: row.timeline };
}
