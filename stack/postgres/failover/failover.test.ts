import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../process/temporary-directory.ts';
import { query } from '../query.ts';
import { startPostgres, type Postgres, type PostgresOptions } from '../start-postgres.ts';
import { keepPostgres, type KeeperOptions, type PostgresKeeper } from './keep-postgres.ts';

const WAIT = { timeout: 30_000, interval: 50 };
/** Much more than it takes on a quiet machine; a test is no measurement. */
const WRITERS = 8;

let directory: ReturnType<typeof temporaryDirectory>;
let postgres: Postgres;
let keeper: PostgresKeeper;

beforeEach(() => {
  directory = temporaryDirectory('keeper-test');
});
afterEach(async () => {
  await keeper?.stop();
  await postgres?.stop();
  directory.remove();
});

async function keep(options: Partial<PostgresOptions> = {}, kept: KeeperOptions = {}): Promise<void> {
  postgres = await startPostgres({ directory: directory.path, ...options });
  await query(postgres.primaryUrl, 'CREATE TABLE fact (id int PRIMARY KEY)');
  keeper = keepPostgres(postgres, kept);
  // Seen once, all standbys count.
  await expect.poll(() => keeper.isWhole, WAIT).toBe(true);
}

/** Resolves when the failover so numbered has left a cluster that is whole again. */
async function whole(number = 1) {
  await expect.poll(() => keeper.failovers[number - 1]?.rejoinedAtMs, WAIT).toBeDefined();
  return keeper.failovers[number - 1]!;
}

async function factsOn(url: string): Promise<number[]> {
  return (await query<{ id: number }>(url, 'SELECT id FROM fact ORDER BY id')).map(({ id }) => id);
}

/** Inserts one row after another on several connections, and remembers which commits were acknowledged. */
function writeOn(url: string) {
  const acknowledged: number[] = [];
  let next = 0;
  const write = async (): Promise<void> => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    for (;;) {
      const id = (next += 1);
      await client.query('INSERT INTO fact VALUES ($1)', [id]);
      acknowledged.push(id);
    }
  };
  const ended = Promise.allSettled(Array.from({ length: WRITERS }, write));
  return { acknowledged, ended };
}

test('a primary killed in the middle of commits is replaced; nothing acknowledged is lost', async () => {
  await keep();
  const [first, second] = postgres.nodes;
  const writers = writeOn(postgres.primaryUrl);
  await expect.poll(() => writers.acknowledged.length, WAIT).toBeGreaterThan(100);
  process.kill(first!.server.pid, 'SIGKILL');
  await writers.ended;

  const trace = await whole();
  expect(trace).toMatchObject({ failed: first!.name, promoted: second!.name, cause: 'ended' });
  expect(postgres.primaryUrl).toBe(postgres.urls('postgres')[1]);
  const facts = new Set(await factsOn(postgres.primaryUrl));
  expect(writers.acknowledged.filter((id) => !facts.has(id))).toEqual([]);

  await query(postgres.primaryUrl, 'INSERT INTO fact VALUES (-1)');
  expect(await factsOn(postgres.urlOf(first!))).toContain(-1);
});
