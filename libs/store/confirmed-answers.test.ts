import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { newId } from '#libs/contracts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { query } from '../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../dev/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { Database, OutcomeUnknown, TripStore } from './index.ts';

const directory = temporaryDirectory('confirmed-answers');
let postgres: Postgres;
let store: TripStore;

beforeAll(async () => {
  postgres = await startPostgres({ directory: directory.path });
  await migrate(postgres.primaryUrl);
  const urls = postgres.urls('postgres');
  const database = new Database({ urls, maxConnections: 4, applicationName: 'confirmed-answers' });
  store = new TripStore(database, { now: () => Date.now(), outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await store?.close();
  await postgres?.stop();
  directory.remove();
});

const WAITING = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
const waiting = (): Promise<{ pid: number }[]> => query(postgres.primaryUrl, WAITING);

test('an answer that no standby has is not given again before one has it', async () => {
  const actor = { prefix: 'rider', id: newId('rider') } as const;
  const idempotency = { key: 'request', request_digest: '0'.repeat(64) };
  const ask = async (answer: string): Promise<string> =>
    store.transact((transaction) =>
      transaction.once({ actor, idempotency, output: z.string() }, async () => answer),
    );
  await postgres.nodes[1]!.server.stop();
  const first = Promise.allSettled([ask('first')]);
  await expect.poll(waiting).toHaveLength(1);
  // The commit is on the primary only.
  await query(postgres.primaryUrl, `SELECT pg_cancel_backend(pid) FROM (${WAITING}) AS w`);
  const [outcome] = await first;
  expect(outcome).toMatchObject({ status: 'rejected' });
  expect(outcome?.status === 'rejected' && outcome.reason).toBeInstanceOf(OutcomeUnknown);
  const again = ask('second');
  await expect.poll(waiting).toHaveLength(1);
  await postgres.nodes[1]!.restart();
  expect(await again).toBe('first');
});
