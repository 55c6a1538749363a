import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LossyLine } from '../../../dev/network/lossy-line.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { promoteAlone } from '../../../dev/postgres/promote-alone.ts';
import { query } from '../../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { Database, type Queryable } from './database.ts';
import { OutcomeUnknown } from './outage.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let postgres: Postgres;
let database: Database;
let standbyUrl: string;

beforeEach(async () => {
  directory = temporaryDirectory('failover-test');
  postgres = await startPostgres({ directory: directory.path });
  await query(postgres.primaryUrl, 'CREATE TABLE answer (key text PRIMARY KEY, body int)');
  standbyUrl = postgres.urls('postgres')[1]!;
  database = poolOf(postgres.urls('postgres'));
  await database.ping();
}, 60_000);
afterEach(async () => {
  await database?.close();
  await postgres?.stop();
  directory.remove();
});

function poolOf(urls: string[]): Database {
  return new Database({ urls, maxConnections: 2, applicationName: 'failover-test' });
}

/** As commands do: the first one under a key decides, later ones read its answer. */
async function answerOnce(on: Queryable, key: string, body: number): Promise<number> {
  const reserve = 'INSERT INTO answer VALUES ($1, $2) ON CONFLICT DO NOTHING';
  await on.rows({ name: 'reserve', text: reserve, values: [key, body] });
  const read = 'SELECT body FROM answer WHERE key = $1';
  const [row] = await on.rows<{ body: number }>({ name: 'read', text: read, values: [key] });
  return row!.body;
}

async function bodiesOn(url: string): Promise<number[]> {
  const rows = await query<{ body: number }>(url, 'SELECT body FROM answer ORDER BY body');
  return rows.map(({ body }) => body);
}

test('a command that finds no primary waits for the next one', async () => {
  await postgres.nodes[0]!.server.stop();
  const waiting = Promise.allSettled([database.transact((on) => answerOnce(on, 'waits', 1))]);
  await sleep(300);
  await promoteAlone(standbyUrl);
  expect(await waiting).toEqual([{ status: 'fulfilled', value: 1 }]);
  expect(await bodiesOn(standbyUrl)).toEqual([1]);
});

test('without a new primary the budget ends in `unavailable`, and the work does not start', async () => {
  await postgres.nodes[0]!.server.stop();
  let starts = 0;
  const work = database.transact(() => Promise.resolve((starts += 1)));
  await expect(work).rejects.toMatchObject({ code: 'unavailable' });
  expect(starts).toBe(0);
});

test('a primary that became read-only is left at once, and the next one runs what it refused', async () => {
  await query(postgres.primaryUrl, 'ALTER SYSTEM SET default_transaction_read_only = on');
  await query(postgres.primaryUrl, 'SELECT pg_reload_conf()');
  await promoteAlone(standbyUrl);
  expect(await database.transact((on) => answerOnce(on, 'refused', 2))).toBe(2);
  expect(await bodiesOn(standbyUrl)).toEqual([2]);
  expect(await bodiesOn(postgres.primaryUrl)).toEqual([]);
});

test('a COMMIT whose reply is lost is not repeated; its key has the outcome', async () => {
  const line = await LossyLine.to(postgres.primaryUrl);
  const through = poolOf([line.url]);
  let attempts = 0;
  const lost = through.transact(async (on) => {
    attempts += 1;
    const body = await answerOnce(on, 'lost', attempts);
    line.loseNextReply();
    return body;
  });
  await expect(lost).rejects.toThrow(OutcomeUnknown);
  expect(attempts).toBe(1);
  await expect.poll(() => bodiesOn(postgres.primaryUrl)).toEqual([1]);
  expect(await through.transact((on) => answerOnce(on, 'lost', 99))).toBe(1);
  await through.close();
  line.close();
});
