import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SeverableLine } from '../../../dev/network/severable-line.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { promoteAlone } from '../../../dev/postgres/promote-alone.ts';
import { query } from '../../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { Database, type Queryable } from './database.ts';
import { StandbyReads, type ReadFrom, type ReadKind } from './standby-reads.ts';

const WRITE_CONNECTIONS = 2;
const NO_PRIMARY = 'HailgridError: unavailable: no Postgres primary just now';

/** The connections of a `trips` process: a pool for writes, one for reads, and the cluster watch. */
class Reader {
  readonly watch: ClusterWatch;
  readonly database: Database;
  readonly reads: StandbyReads;
  readonly answered: [ReadKind, ReadFrom][] = [];
  readonly #servers: number;

  constructor(urls: readonly string[]) {
    this.#servers = urls.length;
    const applicationName = 'standby-reads-test';
    this.watch = new ClusterWatch(urls, applicationName);
    const settings = { urls, applicationName, watch: this.watch };
    this.database = new Database({ ...settings, maxConnections: WRITE_CONNECTIONS });
    this.reads = new StandbyReads({
      watch: this.watch,
      primary: new Database({ ...settings, maxConnections: 2 }),
      maxConnectionsPerHost: 2,
      applicationName,
      onRead: (kind, from) => this.answered.push([kind, from]),
    });
  }

  /** Resolves once both servers are heard. */
  async isSettled(): Promise<void> {
    const heard = () => [this.watch.primary(), ...this.watch.standbys()].filter(Boolean).length;
    await expect.poll(heard).toBe(this.#servers);
  }

  get lastFrom(): ReadFrom | undefined {
    return this.answered.at(-1)?.[1];
  }

  async close(): Promise<void> {
    await Promise.all([this.database.close(), this.reads.close()]);
  }
}

let directory: ReturnType<typeof temporaryDirectory>;
let postgres: Postgres;
let primaryUrl: string;
let standbyUrl: string;
let line: SeverableLine;
let reader: Reader;

beforeEach(async () => {
  directory = temporaryDirectory('standby-reads-test');
  postgres = await startPostgres({ directory: directory.path });
  [primaryUrl, standbyUrl] = postgres.urls('postgres') as [string, string];
  await query(primaryUrl, 'CREATE TABLE note (id int PRIMARY KEY)');
  line = await SeverableLine.to(primaryUrl);
  const throughLine = new URL(primaryUrl);
  throughLine.port = new URL(line.url).port;
  reader = new Reader([throughLine.href, standbyUrl]);
  await reader.isSettled();
}, 60_000);
afterEach(async () => {
  await reader?.close();
  line?.close();
  await postgres?.stop();
  directory.remove();
});

function insert(id: number): Promise<unknown> {
  const statement = { name: 'insert-note', text: 'INSERT INTO note VALUES ($1)', values: [id] };
  return reader.database.transact((on) => on.rows(statement));
}

async function sees(on: Queryable, id: number): Promise<boolean> {
  const text = 'SELECT id FROM note WHERE id = $1';
  return (await on.rows({ name: 'read-note', text, values: [id] })).length === 1;
}

const pauseReplay = () => query(standbyUrl, 'SELECT pg_wal_replay_pause()');

describe('with replay paused on the standby', () => {
  test('a writer sees its own write; a read that may lag shows the standby as it is', async () => {
    await insert(1);
    expect(await sees(reader.reads.upToDate, 1)).toBe(true);
    expect(reader.lastFrom).toBe('standby');
    await pauseReplay();
    await insert(2);
    expect(await sees(reader.reads.mayLag, 2)).toBe(false);
    expect(reader.lastFrom).toBe('standby');
    expect(await sees(reader.reads.upToDate, 2)).toBe(true);
    expect(reader.lastFrom).toBe('primary');
    await query(standbyUrl, 'SELECT pg_wal_replay_resume()');
    const isFromStandbyAgain = async () => {
      expect(await sees(reader.reads.upToDate, 2)).toBe(true);
      return reader.lastFrom === 'standby';
    };
    await expect.poll(isFromStandbyAgain).toBe(true);
  });

  test('a read that may lag goes to the primary if the standby is too far behind', async () => {
    await pauseReplay();
    await insert(1);
    await expect.poll(() => sees(reader.reads.mayLag, 1), { timeout: 15_000 }).toBe(true);
    expect(reader.lastFrom).toBe('primary');
  });

  test('without a primary a read that may lag is answered, and an up-to-date one fails', async () => {
    await pauseReplay();
    await insert(1);
    await postgres.nodes[0]!.server.kill();
    await expect.poll(() => reader.watch.primary()).toBeUndefined();
    expect(await sees(reader.reads.mayLag, 1)).toBe(false);
    expect(reader.lastFrom).toBe('old_standby');
    await expect(sees(reader.reads.upToDate, 1)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

test('without a primary the standby answers, and shows all that was acknowledged', async () => {
  await insert(1);
  await postgres.nodes[0]!.server.kill();
  await expect.poll(() => reader.watch.primary()).toBeUndefined();
  expect(await sees(reader.reads.upToDate, 1)).toBe(true);
  expect(await sees(reader.reads.mayLag, 1)).toBe(true);
  expect(new Set(reader.answered.map(([, from]) => from))).toEqual(new Set(['standby', 'old_standby']));
});

test('reads go on when the standby dies, while commits wait for it on all their connections', async () => {
  await insert(1);
  await postgres.nodes[1]!.server.kill();
  const commits = Array.from({ length: WRITE_CONNECTIONS }, (_, index) => insert(10 + index));
  const outcomes = Promise.allSettled(commits);
  const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
  await expect.poll(() => query(primaryUrl, waiting)).toHaveLength(WRITE_CONNECTIONS);
  expect(await sees(reader.reads.upToDate, 1)).toBe(true);
  expect(await sees(reader.reads.mayLag, 1)).toBe(true);
  expect(reader.answered).toEqual([
    ['up_to_date', 'primary'],
    ['may_lag', 'primary'],
  ]);
  await postgres.nodes[1]!.restart();
  await outcomes;
});

test('a promoted standby is the primary at once, even if the old one only falls silent', async () => {
  await insert(1);
  line.cut('black_hole');
  await promoteAlone(standbyUrl);
  await persist(2);
  expect(await sees(reader.reads.upToDate, 2)).toBe(true);
  expect(reader.lastFrom).toBe('primary');
});

/** Retries an insert, and checks that it only ever fails for want of a primary, not with a timeout of the silent one. */
async function persist(id: number): Promise<void> {
  const failures: string[] = [];
  while (failures.length < 10) {
    try {
      await insert(id);
      break;
    } catch (error) {
      failures.push(String(error));
    }
  }
  expect(new Set(failures)).toEqual(new Set(failures.length > 0 ? [NO_PRIMARY] : []));
}

describe('with two standbys', () => {
  let place: ReturnType<typeof temporaryDirectory>;
  let wider: Postgres;
  let wide: Reader;

  beforeEach(async () => {
    place = temporaryDirectory('two-standbys-test');
    wider = await startPostgres({ directory: place.path, standbys: 2 });
    wide = new Reader(wider.urls('postgres'));
    await wide.isSettled();
  }, 60_000);
  afterEach(async () => {
    await wide?.close();
    await wider?.stop();
    place.remove();
  });

  const end = (index: number) => wider.nodes[index]!.server.kill();
  const seesTable = async (on: Queryable) =>
    (await on.rows({ name: 'one', text: 'SELECT 1 AS one', values: [] })).length === 1;

  test('without a primary an up-to-date read fails if a standby that may have acknowledged commits is silent', async () => {
    await end(0);
    await expect.poll(() => wide.watch.primary()).toBeUndefined();
    expect(await seesTable(wide.reads.upToDate)).toBe(true);
    await end(2);
    await expect.poll(() => wide.watch.standbys()).toHaveLength(1);
    await expect(seesTable(wide.reads.upToDate)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await seesTable(wide.reads.mayLag)).toBe(true);
    expect(wide.lastFrom).toBe('old_standby');
  });
});
