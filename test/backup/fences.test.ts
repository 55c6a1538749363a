import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { cellKeyFromH3, cellKeyToH3, childKeys } from '#libs/geo';
import { claimCommand, ShardMap, splitCommands, type ShardCommand } from '#libs/ownership';
import {
  claimShards,
  Database,
  openSession,
  readDriver,
  readOwnership,
  readShards,
  TripStore,
  winTerm,
  type DriverRow,
} from '#libs/store';
import { commitChange } from '../../apps/trips/ownership/commit-change.ts';
import { raiseFences } from '../../ops/fence/raise-fences.ts';
import { createDatabase, dropDatabase } from '../../dev/postgres/database.ts';
import { query } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';

const SHARD = '86393362fffffff';
const CHILD = childKeys(cellKeyFromH3(SHARD)).map(cellKeyToH3)[0]!;
const LEASE_MS = 2_000;
const DRIVER = newId('driver');

/** The lost database, and the restore of an earlier moment of it. */
let lost: TestDatabase;
let restoredUrl: string;
let nowMs = Date.parse('2026-03-01T12:00:00Z');

beforeAll(async () => {
  lost = await testDatabase();
  const name = `${lost.name}_restored`;
  restoredUrl = lost.url.replace(`/${lost.name}`, `/${name}`);
  await within(lost.url, async (store) => {
    await claim(store, [
      { shard: SHARD, owner: 'matcher-1', epoch: 1, seenEpoch: null, retired: false, kind: 'claimed' },
    ]);
    await goOnline(store);
    await takeOverAsPlanner(store);
  });
  await createDatabase(lost.url.replace(`/${lost.name}`, '/postgres'), name, lost.name);
});
afterAll(async () => {
  await dropDatabase(lost.url, `${lost.name}_restored`);
  await lost.drop();
});

async function within<T>(url: string, work: (store: TripStore) => Promise<T>): Promise<T> {
  const database = new Database({ urls: [url], maxConnections: 2, applicationName: 'fences-test' });
  try {
    return await work(new TripStore(database, { now: () => nowMs, outboxGraceMs: 2_000 }));
  } finally {
    await database.close();
  }
}

async function claim(store: TripStore, commands: readonly ShardCommand[]): Promise<void> {
  await store.transact((transaction) => claimShards(transaction, commands, null, nowMs));
}

async function goOnline(store: TripStore): Promise<DriverRow> {
  const vehicle = { plate: 'AA-01-BB', make: 'Fiat', model: '500', color: 'white' };
  await store.transact((transaction) =>
    openSession(transaction, { driverId: DRIVER, product: 'standard', vehicle, atMs: nowMs }),
  );
  return (await readDriver(store, DRIVER))!;
}

/** A new process becomes the planner after the former one fell silent. */
async function takeOverAsPlanner(store: TripStore): Promise<number> {
  nowMs += 2 * LEASE_MS;
  const candidate = { instance: 'trips-1', incarnation: randomUUID() };
  return (await winTerm(store, candidate, nowMs, nowMs + LEASE_MS))!;
}

test('after a restore and the fencing step, no process passes with a former term, epoch or session, or relies on lost data', async () => {
  // After the restored moment: another planner, a split shard, a driver who comes and goes.
  const before = await within(lost.url, async (store) => {
    const term = await takeOverAsPlanner(store);
    const { rows } = await readOwnership(store);
    await claim(store, splitCommands(new Map(rows.map((row) => [row.shard, row])), SHARD));
    await goOnline(store);
    return { term, map: ShardMap.of(await readShards(store)), driver: await goOnline(store) };
  });
  expect(before.map.claimContaining(cellKeyFromH3(CHILD))).toMatchObject({ shard: CHILD });

  const raised = await raiseFences(restoredUrl, nowMs);
  expect(raised).toMatchObject({ shards: 1, drivers: 1, planner: true });
  await within(restoredUrl, async (store) => {
    // A planner that was frozen all the while holds a term that another planner has reached, or will reach.
    const term = await takeOverAsPlanner(store);
    const change = {
      claims: [
        claimCommand(
          { shard: SHARD, epoch: 1 + raised.step, owner: 'matcher-1' },
          SHARD,
          'matcher-2',
          'moved',
        ),
      ],
      members: [],
    };
    expect(await commitChange(store, before.term, change)).toBe('deposed');
    expect(await commitChange(store, term, change)).toBe('done');
    // Readers that have seen the split accept the restored shards.
    const { map } = before.map.merge(await readShards(store));
    expect(map.claimContaining(cellKeyFromH3(CHILD))).toMatchObject({ shard: SHARD, owner: 'matcher-2' });
    // A driver-api's knowledge of the driver is older than the row, and its session is over.
    const driver = (await readDriver(store, DRIVER))!;
    expect(driver.version).toBeGreaterThan(before.driver.version);
    expect((await goOnline(store)).session).toBeGreaterThan(before.driver.session + 1);
  });
  const kinds = await query(restoredUrl, 'SELECT kind FROM shard_change ORDER BY epoch');
  expect(kinds).toEqual([{ kind: 'claimed' }, { kind: 'renewed' }, { kind: 'moved' }]);
});
