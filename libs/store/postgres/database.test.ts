import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { query } from '../../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { Database, type Queryable } from './database.ts';

const directory = temporaryDirectory('database-test');
let postgres: Postgres;
let database: Database;

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory.path });
  await query(postgres.primaryUrl, 'CREATE TABLE note (id int PRIMARY KEY)');
});
afterAll(async () => {
  await postgres?.stop();
  directory.remove();
});

/** One connection, so that all transactions share its fate. */
const SETTINGS = { maxConnections: 1, applicationName: 'database-test' };

beforeEach(() => {
  database = new Database({ ...SETTINGS, urls: postgres.urls('postgres') });
});
afterEach(() => database.close());

const WAITING_COMMITS = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
let lastId = 0;
const nextId = (): number => (lastId += 1);

function insert(on: Queryable, id: number): Promise<unknown> {
  return on.rows({ name: 'insert-note', text: 'INSERT INTO note VALUES ($1)', values: [id] });
}

async function isKept(id: number): Promise<boolean> {
  return (await query(postgres.primaryUrl, `SELECT FROM note WHERE id = ${id}`)).length === 1;
}

describe('without the standby', () => {
  const standby = (): Postgres['nodes'][number] => postgres.nodes[1]!;
  const unacknowledged = { code: 'unavailable' };
  const waiting = () => query<{ pid: number }>(postgres.primaryUrl, WAITING_COMMITS);

  test('nothing is acknowledged, and no more sessions wait for it than there are connections', async () => {
    const [alone, inTransaction, later] = [nextId(), nextId(), nextId()];
    await standby().server.stop();
    await expect(insert(database, alone)).rejects.toMatchObject(unacknowledged);
    await expect(database.transact((on) => insert(on, inTransaction))).rejects.toMatchObject(unacknowledged);
    await expect(insert(database, nextId())).rejects.toMatchObject(unacknowledged);
    expect(await waiting()).toHaveLength(SETTINGS.maxConnections);
    await standby().restart();
    await expect.poll(waiting).toEqual([]);
    await database.transact((on) => insert(on, later));
    expect(await isKept(later)).toBe(true);
  });

  test('a commit whose wait is canceled is not acknowledged, the next one on its connection is', async () => {
    const [local, later] = [nextId(), nextId()];
    await standby().server.stop();
    const commit = Promise.allSettled([database.transact((on) => insert(on, local))]);
    await expect.poll(waiting).toHaveLength(1);
    await query(postgres.primaryUrl, `SELECT pg_cancel_backend(pid) FROM (${WAITING_COMMITS}) AS w`);
    expect(await commit).toMatchObject([{ status: 'rejected', reason: unacknowledged }]);
    await standby().restart();
    await database.transact((on) => insert(on, later));
    expect(await isKept(later)).toBe(true);
  });
});

test('work cut off before its COMMIT by a broken connection runs again on the next one', async () => {
  const id = nextId();
  let attempts = 0;
  await database.transact(async (on) => {
    attempts += 1;
    await insert(on, id);
    const [row] = await on.rows<{ pid: number }>({
      name: 'pid',
      text: 'SELECT pg_backend_pid() AS pid',
      values: [],
    });
    if (attempts === 1) await query(postgres.primaryUrl, `SELECT pg_terminate_backend(${row!.pid}, 5000)`);
    await insert(on, nextId());
  });
  expect(attempts).toBe(2);
  expect(await isKept(id)).toBe(true);
});

test('a lock wait that times out is answered `unavailable`, and rolls the transaction back', async () => {
  const [held, undone] = [nextId(), nextId()];
  const holder = new Database({ ...SETTINGS, urls: postgres.urls('postgres') });
  let release = (): void => {};
  let isHeld = (): void => {};
  const whenHeld = new Promise<void>((resolve) => (isHeld = resolve));
  const holding = holder.transact(async (on) => {
    await insert(on, held);
    isHeld();
    await new Promise<void>((resolve) => (release = resolve));
  });
  await whenHeld;
  const waiting = database.transact(async (on) => {
    await insert(on, undone);
    await insert(on, held);
  });
  await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
  release();
  await holding;
  await holder.close();
  expect(await isKept(undone)).toBe(false);
});

test.for(['53100', '53200', '58030'])(
  'a server short of disk or memory (%s) answers `unavailable`, and stays in use',
  async (code) => {
    const [undone, later] = [nextId(), nextId()];
    const text = `DO $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '${code}'; END $$`;
    const failing = database.transact(async (on) => {
      await insert(on, undone);
      await on.rows({ name: `short-of-${code}`, text, values: [] });
    });
    await expect(failing).rejects.toMatchObject({ code: 'unavailable' });
    await database.transact((on) => insert(on, later));
    expect(await Promise.all([isKept(undone), isKept(later)])).toEqual([false, true]);
  },
);

test('a transaction that went on after a failed statement is not acknowledged', async () => {
  const id = nextId();
  const swallowing = database.transact(async (on) => {
    await insert(on, id);
    await insert(on, id).catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow('rolled back');
  expect(await isKept(id)).toBe(false);
});

test('a silent connection is given up, even if the server is well', async () => {
  const line = await MutableLine.to(new URL(postgres.primaryUrl));
  const through = new Database({ ...SETTINGS, urls: [line.url] });
  await through.ping();
  line.mute();
  const [first, second] = await Promise.allSettled([through.ping(), through.ping()]);
  line.unmute();
  for (const outcome of [first, second])
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  const isBack = () =>
    through.ping().then(
      () => true,
      () => false,
    );
  await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
  await through.close();
  line.close();
});

/** A proxy to Postgres that can fall silent with its connections open, like a frozen server or a cut network. */
class MutableLine {
  readonly url: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #muted = false;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href;
    server.on('connection', (near) => this.#join(near));
  }

  static async to(target: URL): Promise<MutableLine> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new MutableLine(server, target);
  }

  mute(): void {
    this.#muted = true;
  }

  /** Serves connections again; data dropped while mute is lost. */
  unmute(): void {
    this.#muted = false;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (data) => void (this.#muted || to.write(data)));
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  }
}
