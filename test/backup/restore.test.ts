import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  archivedFile,
  backupDirectory,
  backupFiles,
  readAccess,
  readBackups,
  type BaseBackup,
} from '../../ops/backup/backup-directory.ts';
import { checkBackups } from '../../ops/backup/check-backups.ts';
import type { RestoreTarget } from '../../ops/backup/restore-target.ts';
import { takeBackup } from '../../ops/backup/take-backup.ts';
import { switchLog } from '../../ops/backup/wal-archive.ts';
import { CHECKOUT } from '../../dev/build/checkout.ts';
import { createDatabase } from '../../dev/postgres/database.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { query } from '../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../dev/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { DATABASE, inside, restore } from './restored-cluster.ts';
import { TripWriter, type WrittenTrip } from './trip-writer.ts';

/** Space for several restored clusters of dozens of megabytes. */
const LIMIT_MS = 120_000;

const directory = temporaryDirectory('backup-test');
const backups = backupDirectory(join(directory.path, 'backup'));
let postgres: Postgres;
/** URL of a role that may replicate and switch the log, and nothing else. */
let backupUrl: string;
let first: BaseBackup;
/** Between the restored moment and the disaster. */
let moment: string;
let written: WrittenTrip[];
/** The log segment after the base backup's last one, and before that of the moment. */
let between: string;

beforeAll(async () => {
  mkdirSync(backups.path, { mode: 0o711 });
  postgres = await startPostgres({ directory: directory.path, backupDirectory: backups.path });
  await createDatabase(postgres.primaryUrl, DATABASE);
  const [primary] = postgres.urls(DATABASE);
  await migrate(primary!);
  [backupUrl] = readAccess(backups.path)!.split(',') as [string];

  const writer = new TripWriter(postgres.urls(DATABASE));
  await writer.more(20);
  first = await takeBackup({ url: backupUrl, directory: backups, programs: programs() });
  await writer.more(25);
  const [file] = await query<{ name: string }>(
    primary!,
    'SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS name',
  );
  between = file!.name;
  await query(primary!, 'SELECT pg_switch_wal()');
  await writer.more(25);
  const [now] = await query<{ now: string }>(primary!, 'SELECT clock_timestamp()::text AS now');
  moment = `${now!.now.replace(' ', 'T')}:00`;
  await writer.more(50);
  await writer.stop();
  written = writer.written;
  // The operator's mistake.
  await query(primary!, 'DROP TABLE trip_event, driver_claim, trip CASCADE');
  await switchLog(backupUrl, backups);
}, LIMIT_MS);
afterAll(async () => {
  await postgres?.stop();
  directory.remove();
});

const programs = () => postgres.primary.spec.binaries;
let restored = 0;
const nextFolder = (): string => join(directory.path, `restored-${(restored += 1)}`);
const toTheMoment = () => ({ kind: 'time', at: moment }) as const;

async function tripsIn(url: string): Promise<Set<string>> {
  const rows = await query<{ trip_id: string }>(url, 'SELECT trip_id FROM trip');
  return new Set(rows.map(({ trip_id }) => trip_id));
}

/** Runs a command of package.json as npm would. */
const command = (script: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, ['--conditions=source', script, ...args], { cwd: CHECKOUT });

test(
  'one command restores a moment before the disaster, with everything acknowledged by then and nothing later',
  async () => {
    const [folder, report] = [nextFolder(), join(directory.path, 'report.json')];
    await command('ops/restore.ts', '--from', backups.path, '--to', folder, '--at', moment, '--json', report);
    const [momentMs, trips] = [Date.parse(moment), await inside(folder, tripsIn)];
    const lost = written.filter(({ acknowledgedAtMs }) => acknowledgedAtMs < momentMs);
    const later = written.filter(({ askedAtMs }) => askedAtMs > momentMs);
    expect([lost.length, later.length].every((count) => count >= 40)).toBe(true);
    expect(lost.filter(({ uuid }) => !trips.has(uuid))).toEqual([]);
    expect(later.filter(({ uuid }) => trips.has(uuid))).toEqual([]);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      backup: first.id,
      target: moment,
      sound: true,
      timeline: 2,
      audit: { trips: trips.size, unchained_events: 0, findings: [] },
    });
  },
  LIMIT_MS,
);

test(
  'a restored cluster can serve immediately',
  async () => {
    const args = ['ops/restore.ts', '--from', backups.path, '--to', nextFolder(), '--at', moment, '--serve'];
    const child = spawn(process.execPath, ['--conditions=source', ...args], { cwd: CHECKOUT });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const url = () => /serving (\S+)/.exec(said)?.[1];
    await expect.poll(url, { timeout: 60_000 }).toBeDefined();
    expect((await tripsIn(url()!)).size).toBeGreaterThan(40);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
  LIMIT_MS,
);

test(
  'a restore is refused if the log ends before the moment, or if the trips are already gone by then',
  async () => {
    const folder = nextFolder();
    const refused = async (target: RestoreTarget, why: RegExp) =>
      expect(restore(backups.path, folder, target)).rejects.toThrow(why);
    await refused({ kind: 'latest' }, /at that moment the cluster had no trips/);
    await refused({ kind: 'lsn', lsn: 'F/0' }, /ends before F\/0.*its last transaction is from 20/);
    await refused(
      { kind: 'time', at: '2999-01-01T00:00:00Z' },
      /ends before 2999.*its last transaction is from 20/,
    );
    expect(existsSync(folder)).toBe(false);
  },
  LIMIT_MS,
);

test('an impossible restore is refused before any file is written', async () => {
  const past = { kind: 'time', at: '2020-01-01T00:00:00Z' } as const;
  await expect(restore(backups.path, nextFolder(), past)).rejects.toThrow(
    `no base backup before 2020-01-01T00:00:00Z; the oldest one is from ${first.ended_at}`,
  );
  await expect(restore(backups.path, directory.path, toTheMoment())).rejects.toThrow('is not empty');
  await expect(restore(directory.path, nextFolder(), toTheMoment())).rejects.toThrow(
    'is no backup directory',
  );
});

describe('damage is found, and not restored', () => {
  /** Runs `work` while the file has other contents. */
  async function damaged(file: string, contents: Buffer, work: () => Promise<void>): Promise<void> {
    const whole = readFileSync(file);
    writeFileSync(file, contents);
    try {
      await work();
    } finally {
      writeFileSync(file, whole);
    }
  }
  test('an undamaged backup passes', async () => {
    expect(await checkBackups(backups, programs())).toMatchObject({
      sound: true,
      missing: [],
      damaged_wal: [],
    });
  });

  test(
    'a missing segment is not mistaken for the end of the log',
    async () => {
      const [name, file, folder] = [between, archivedFile(backups, between), nextFolder()];
      renameSync(file, `${file}.away`);
      try {
        await expect(restore(backups.path, folder, { kind: 'latest' })).rejects.toThrow(`lacks ${name}`);
        await expect(restore(backups.path, folder, toTheMoment())).rejects.toThrow(
          new RegExp(`ends before .*the archive lacks ${name}`),
        );
        expect(await checkBackups(backups, programs())).toMatchObject({ sound: false, missing: [name] });
      } finally {
        renameSync(`${file}.away`, file);
      }
    },
    LIMIT_MS,
  );

  test(
    'an unreadable segment is not mistaken for the end of the log',
    async () => {
      const [name, file] = [between, archivedFile(backups, between)];
      const cut = readFileSync(file).subarray(0, 2_000);
      await damaged(file, cut, async () => {
        for (const target of [toTheMoment(), { kind: 'latest' }] as const) {
          await expect(restore(backups.path, nextFolder(), target)).rejects.toThrow(
            `${name} of the archive cannot be read`,
          );
        }
        expect(await checkBackups(backups, programs())).toMatchObject({ sound: false, damaged_wal: [name] });
      });
    },
    LIMIT_MS,
  );

  test('a flipped bit of a base backup is found', async () => {
    const { data } = backupFiles(backups, first.id);
    const path = readdirSync(join(data, 'base/1')).find((name) => /^\d+$/.test(name))!;
    const contents = readFileSync(join(data, 'base/1', path));
    contents[100] = contents[100]! ^ 1;
    await damaged(join(data, 'base/1', path), contents, async () => {
      const fault = `checksum mismatch for file "base/1/${path}"`;
      const folder = nextFolder();
      await expect(restore(backups.path, folder, toTheMoment())).rejects.toThrow(`damaged: ${fault}`);
      expect(existsSync(folder)).toBe(false);
      expect((await checkBackups(backups, programs())).backups).toMatchObject([{ faults: [fault] }]);
    });
  });

  test('a manifest that was changed with the file is found', async () => {
    const manifest = join(backupFiles(backups, first.id).data, 'backup_manifest');
    const changed = readFileSync(manifest, 'utf8').replace(/"Checksum": "../, '"Checksum": "00');
    await damaged(manifest, Buffer.from(changed), async () => {
      await expect(restore(backups.path, nextFolder(), toTheMoment())).rejects.toThrow(
        'damaged: manifest checksum mismatch',
      );
    });
  });
});

test('a backup whose log does not reach the archive fails', async () => {
  const other = backupDirectory(join(directory.path, 'other'));
  mkdirSync(other.base, { recursive: true });
  mkdirSync(other.wal);
  await expect(
    takeBackup({ url: backupUrl, directory: other, programs: programs(), archiveLimitMs: 500 }),
  ).rejects.toThrow(/did not get 0{7}1\w{16} within 0.5 s/);
  expect(readBackups(other)).toEqual([]);
});

test(
  'an aborted backup is not listed, and the next backup removes it; the newest ones are kept',
  async () => {
    const args = ['ops/backup.ts', '--to', backups.path];
    const child = spawn(process.execPath, ['--conditions=source', ...args], { cwd: CHECKOUT });
    const isHalf = () => readdirSync(backups.base).some((name) => name.endsWith('.partial'));
    await expect.poll(isHalf, { timeout: 30_000, interval: 5 }).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isHalf()).toBe(true);
    expect(readBackups(backups).map(({ id }) => id)).toEqual([first.id]);

    const { stdout } = await command(...(args as [string, ...string[]]), '--keep', '1');
    const second = JSON.parse(stdout) as BaseBackup & { removed: { backups: string[]; wal_files: number } };
    expect(second.removed.backups).toEqual([first.id]);
    expect(second.removed.wal_files).toBeGreaterThan(0);
    expect(readdirSync(backups.base)).toEqual([second.id]);
    expect(await checkBackups(backups, programs())).toMatchObject({
      sound: true,
      backups: [{ id: second.id }],
    });
  },
  LIMIT_MS,
);

test('an archived segment is never overwritten by another one of its name', async () => {
  const folder = join(directory.path, 'log');
  mkdirSync(folder);
  const archive = (contents: string) => {
    writeFileSync(join(folder, 'from'), contents);
    const script = join(CHECKOUT, 'ops/backup/archive-wal.sh');
    return promisify(execFile)('/bin/sh', [script, join(folder, 'from'), folder, 'name']);
  };
  await archive('one');
  await archive('one');
  await expect(archive('other')).rejects.toThrow('with other contents');
  expect(gunzipSync(readFileSync(join(folder, 'name.gz'))).toString()).toBe('one');
  expect(readdirSync(folder).toSorted()).toEqual(['from', 'name.gz']);
});

test('another cluster is refused the directory', async () => {
  const another = { directory: directory.path, backupDirectory: backups.path };
  await expect(startPostgres(another)).rejects.toThrow('holds the archive of another cluster');
});

test('the backup role cannot read tables', async () => {
  const url = backupUrl.replace(/\/postgres$/, `/${DATABASE}`);
  await expect(query(url, 'SELECT FROM quote')).rejects.toMatchObject({ code: '42501' });
});
