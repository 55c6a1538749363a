import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archivedNames, backupDirectory } from '../../stack/backup/backup-directory.ts';
import { checkBackups } from '../../stack/backup/check-backups.ts';
import { switchLog } from '../../stack/backup/switch-log.ts';
import { takeBackup } from '../../stack/backup/take-backup.ts';
import { createDatabase } from '../../stack/postgres/database.ts';
import { migrate } from '../../stack/postgres/migrations.ts';
import { query } from '../../stack/postgres/query.ts';
import { startPostgres, type Postgres } from '../../stack/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../stack/process/temporary-directory.ts';
import { DATABASE, inside, restore } from './restored-cluster.ts';
import { TripWriter } from './trip-writer.ts';

const LIMIT_MS = 120_000;

const directory = temporaryDirectory('backup-failover');
const backups = backupDirectory(join(directory.path, 'backup'));
let postgres: Postgres;
let primary: string;
let standby: string;

beforeAll(async () => {
  mkdirSync(backups.path, { mode: 0o711 });
  postgres = await startPostgres({ directory: directory.path, backupDirectory: backups.path });
  await createDatabase(postgres.primaryUrl, DATABASE);
  [primary, standby] = postgres.urls(DATABASE) as [string, string];
  await migrate(primary);
}, LIMIT_MS);
afterAll(async () => {
  await postgres?.stop();
  directory.remove();
});

/** Nothing that the server finishes from here on gets into the archive by itself. */
async function freezeArchiver(url: string): Promise<number> {
  const [row] = await query<{ pid: number }>(
    url,
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'archiver'",
  );
  process.kill(row!.pid, 'SIGSTOP');
  return row!.pid;
}

test(
  'what a primary had not archived when it died is in the archive all the same, and what its successor adds',
  async () => {
    const backup = await takeBackup(primary, backups);
    const before = new TripWriter([primary]);
    await before.more(20);
    await before.stop();
    const archiver = await freezeArchiver(primary);
    await query(primary, 'SELECT pg_switch_wal()');
    // One more in the next file, so that the standby has seen the end of that one.
    const last = new TripWriter([primary]);
    await last.more(1);
    await last.stop();
    await postgres.nodes[0]!.server.kill();
    process.kill(archiver, 'SIGKILL');
    await query(standby, 'SELECT pg_promote()');
    await query(standby, 'ALTER SYSTEM RESET synchronous_standby_names');
    await query(standby, 'SELECT pg_reload_conf()');
    const after = new TripWriter([standby]);
    await after.more(20);
    await after.stop();
    await switchLog(standby, backups, backup);
    expect([...archivedNames(backups)]).toContain('00000002.history');
    expect(await checkBackups(backups)).toMatchObject({ sound: true, missing: [] });

    // The whole cluster is lost.
    await postgres.stop();
    const folder = join(directory.path, 'restored');
    const report = await restore(backups.path, folder, { kind: 'latest' });
    expect(report).toMatchObject({ sound: true, timeline: 3 });
    const rows = await inside(folder, (url) => query<{ trip_id: string }>(url, 'SELECT trip_id FROM trip'));
    const trips = new Set(rows.map(({ trip_id }) => trip_id));
    const written = [before, last, after].flatMap((writer) => writer.written);
    expect(written.filter(({ uuid }) => !trips.has(uuid))).toEqual([]);
  },
  LIMIT_MS,
);
