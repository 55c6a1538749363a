import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { escapeLiteral } from 'pg';
import { Database } from '#libs/store';
import { auditTrips, isSound, type AuditReport } from '../audit/audit-trips.ts';
import { UserError } from '../command-line/user-error.ts';
import { raiseFences, type RaisedFences } from '../fence/raise-fences.ts';
import { SUPERUSER, type PrivateServer } from '../postgres/local-server.ts';
import type { PostgresPrograms } from '../postgres/programs.ts';
import { query } from '../postgres/query.ts';
import { giveTo, mayEnter, postgresUser, type RunAs } from '../postgres/run-as.ts';
import {
  backupFiles,
  existingBackup,
  readBackups,
  type BackupDirectory,
  type BaseBackup,
} from './backup-directory.ts';
import { faultsOf } from './check-backups.ts';
import { recover } from './recover.ts';
import { chooseBackup, describeTarget, type RestoreTarget } from './restore-target.ts';
import { coverageSince } from './wal-archive.ts';

const MAX_NAMED_GAPS = 5;

/** Settings of the original cluster that the restored one must not keep. */
const NOT_KEPT = /^\s*(synchronous_standby_names|primary_\w+|restore_command|recovery_\w+|archive_\w+)\s*=/;

export interface RestoreOrder {
  backupPath: string;
  programs: PostgresPrograms;
  /** Absent or empty; becomes the data directory. Postgres writes its log file beside it. */
  dataDirectory: string;
  target: RestoreTarget;
  /** Name of the database whose trips are audited and whose fences are raised. */
  database: string;
  /** Time of the shards' history rows, service time. */
  nowMs: number;
  /** New password of the superuser; undefined to keep the old one. */
  password?: string;
  /** Called with a few words at the start of each step. */
  onStep: (step: string) => void;
  /** Aborts the restore. */
  signal?: AbortSignal;
}

export interface RestoreReport {
  backup: string;
  target: string;
  /** The last transaction in the restored cluster; null if none followed the base backup. */
  last_transaction_at: string | null;
  /** Position at which the replay ended. */
  lsn: string;
  /** The timeline that begins here. */
  timeline: number;
  audit: AuditReport;
  fences: RaisedFences;
  sound: boolean;
}

/**
 * Restores the newest base backup that ended before the target, replays the WAL up to the target, audits the trips, and
 * raises the fences. Stops the server at the end. Throws {@link UserError} if the target cannot be reached in full, and then
 * removes the data directory.
 */
export async function restoreCluster(order: RestoreOrder): Promise<RestoreReport> {
  const { programs, dataDirectory, target, signal, onStep } = order;
  const directory = existingBackup(order.backupPath);
  const user = await postgresUser();
  if (!(await mayEnter(directory.wal, user)))
    throw new UserError(`${directory.wal}: the user that Postgres runs as cannot get there`);
  const backup = chooseBackup(readBackups(directory), target);
  refuseOtherVersion(backup, programs);
  const missing = refuseGaps(directory, backup, target);
  await refuseUnusable(dataDirectory, user);
  try {
    onStep(`laying out base backup ${backup.id}`);
    await layOut(directory, backup, dataDirectory, programs);
    await giveTo(user, dataDirectory);
    onStep(`replaying the log up to ${describeTarget(target)}`);
    const spec = {
      programs,
      user,
      dataDirectory,
      logFile: `${dataDirectory}.log`,
      ...(signal && { signal }),
    };
    const server = await recover(spec, directory.path, target, missing);
    try {
      return await concludeRestore(server, order, backup);
    } finally {
      await server.stop();
    }
  } catch (error) {
    rmSync(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}

function refuseOtherVersion({ id, server_version: version }: BaseBackup, programs: PostgresPrograms): void {
  if (Number.parseInt(version, 10) === Number.parseInt(programs.version, 10)) return;
  throw new UserError(
    `base backup ${id} is of PostgreSQL ${version}, these programs are ${programs.version}; ` +
      'name the programs of the same major version in HAILGRID_POSTGRES_BIN',
  );
}

/**
 * Throws if the target is `latest` and the archive has a gap, which Postgres would take for the end of the WAL. For a time or
 * a position Postgres itself fails at the gap; the names of the missing files, which are returned, then explain the failure.
 */
function refuseGaps(directory: BackupDirectory, backup: BaseBackup, target: RestoreTarget): string[] {
  const { missing, reaches } = coverageSince(directory, backup);
  if (target.kind !== 'latest' || missing.length === 0) return missing;
  throw new UserError(
    `the archive lacks ${missing.slice(0, MAX_NAMED_GAPS).join(', ')}${missing.length > MAX_NAMED_GAPS ? ', …' : ''}: ` +
      `the log has no gap up to ${reaches ?? 'its first file'} only`,
  );
}

async function refuseUnusable(dataDirectory: string, user: RunAs): Promise<void> {
  if (existsSync(dataDirectory) && readdirSync(dataDirectory).length > 0)
    throw new UserError(`${dataDirectory} is not empty: a restore begins with an empty directory`);
  const parent = dirname(dataDirectory);
  mkdirSync(parent, { recursive: true });
  if (!(await mayEnter(parent, user)))
    throw new UserError(`${parent}: the user that Postgres runs as cannot get there`);
}

/**
 * Copies the base backup and checks the copy. Does not flush it to disk: Postgres flushes a data directory before recovery.
 */
async function layOut(
  directory: BackupDirectory,
  { id }: BaseBackup,
  dataDirectory: string,
  programs: PostgresPrograms,
): Promise<void> {
  cpSync(backupFiles(directory, id).data, dataDirectory, { recursive: true });
  chmodSync(dataDirectory, 0o700);
  const faults = await faultsOf(programs, dataDirectory);
  if (faults.length > 0) throw new UserError(`base backup ${id} is damaged: ${faults.join('; ')}`);
  // The restored cluster has no standby yet: its commits would wait for the standbys of the old one.
  const file = join(dataDirectory, 'postgresql.auto.conf');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  writeFileSync(file, lines.filter((line) => !NOT_KEPT.test(line)).join('\n'));
  writeFileSync(join(dataDirectory, 'recovery.signal'), '');
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
