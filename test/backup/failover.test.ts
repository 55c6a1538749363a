import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archivedNames, backupDirectory, readAccess } from '../../ops/backup/backup-directory.ts';
import { checkBackups } from '../../ops/backup/check-backups.ts';
import { takeBackup } from '../../ops/backup/take-backup.ts';
import { switchLog } from '../../ops/backup/wal-archive.ts';
import { createDatabase } from '../../dev/postgres/database.ts';
import { keepPostgres, type PostgresKeeper } from '../../dev/postgres/failover/keep-postgres.ts';
import { findPrimary } from '../../ops/postgres/find-primary.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { query } from '../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../dev/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { DATABASE, inside, restore } from './restored-cluster.ts';
import { TripWriter } from './trip-writer.ts';

const LIMIT_MS = 120_000;
const WAIT = { timeout: 30_000, interval: 50 };

const directory = temporaryDirectory('backup-failover');
const backups = backupDirectory(join(directory.path, 'backup'));
let postgres: Postgres;
let keeper: PostgresKeeper;

beforeAll(async () => {
  mkdirSync(backups.path, { mode: 0o711 });
  postgres = await startPostgres({ directory: directory.path, backupDirectory: backups.path });
  await createDatabase(postgres.primaryUrl, DATABASE);
  await migrate(postgres.urls(DATABASE)[0]!);
  keeper = keepPostgres(postgres);
}, LIMIT_MS);
afterAll(async () => {
  await keeper?.stop();
  await postgres?.stop();
  directory.remove();
});

/** Log segments that the server completes from here on are not archived. */
async function freezeArchiver(url: string): Promise<void> {
  const sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'archiver'";
  const [row] = await query<{ pid: number }>(url, sql);
  process.kill(row!.pid, 'SIGSTOP');
}

test(
  'the archive gets the log that a dead primary had not archived, and that of its successor',
  async () => {
    await expect.poll(() => keeper.isWhole, WAIT).toBe(true);
    const primary = async () => findPrimary(readAccess(backups.path)!.split(','));
    const programs = postgres.primary.spec.binaries;
    await takeBackup({ url: await primary(), directory: backups, programs });
    const writer = new TripWriter(postgres.urls(DATABASE));
    await writer.more(20);
    await freezeArchiver(postgres.primaryUrl);
    await query(postgres.primaryUrl, 'SELECT pg_switch_wal()');
    // Some trips in the next segment, so that the standby has seen the end of the previous one.
    await writer.more(20);
    await postgres.primary.fence();
    await expect.poll(() => keeper.failovers[0]?.rejoinedAtMs, WAIT).toBeDefined();
    await writer.more(20);
    await writer.stop();
    await switchLog(await primary(), backups);
    expect([...archivedNames(backups)]).toContain('00000002.history');
    expect(await checkBackups(backups, programs)).toMatchObject({ sound: true, missing: [] });

    // The whole cluster is lost.
    await keeper.stop();
    await postgres.stop();
    const folder = join(directory.path, 'restored');
    const report = await restore(backups.path, folder, { kind: 'latest' });
    expect(report).toMatchObject({ sound: true, timeline: 3 });
    const rows = await inside(folder, (url) => query<{ trip_id: string }>(url, 'SELECT trip_id FROM trip'));
    const trips = new Set(rows.map(({ trip_id }) => trip_id));
    expect(writer.written.filter(({ uuid }) => !trips.has(uuid))).toEqual([]);
  },
  LIMIT_MS,
);
