import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cellKeyFromH3, cellKeyToH3, childKeys } from '#libs/geo';
import {
  applyChange,
  claimCommand,
  EMPTY_OWNERSHIP,
  mergeCommands,
  ownershipViolations,
  splitCommands,
  type Member,
  type MemberState,
  type OwnershipChange,
  type OwnershipState,
  type ShardCommand,
  type ShardRow,
} from '#libs/ownership';
import {
  claimShards,
  Database,
  giveUpTerm,
  joinMember,
  lockShardEpochs,
  purgeShardChanges,
  readOwnership,
  TripStore,
  type TripTransaction,
  winTerm,
} from '#libs/store';
import { query } from '../../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { commitChange } from './commit-change.ts';

const PARENT = '86393362fffffff';
const CHILDREN = childKeys(cellKeyFromH3(PARENT)).map(cellKeyToH3);
const CELLS = [PARENT, ...CHILDREN.slice(0, 3)];
const MEMBERS = ['matcher-1', 'matcher-2', 'matcher-3'].map((instance): Member => ({
  instance,
  incarnation: randomUUID(),
  state: 'active',
}));
const STATES: readonly MemberState[] = ['active', 'drained', 'leaving', 'lost'];
const TERM = 1;
const ME = { instance: 'trips-1', incarnation: randomUUID() };
const OTHER = { instance: 'trips-2', incarnation: randomUUID() };
const LEASE_MS = 2_000;

let base: TestDatabase;
let store: TripStore;
let nowMs: number;

beforeAll(async () => {
  base = await testDatabase();
  const database = new Database({ urls: base.urls, maxConnections: 12, applicationName: 'planner-test' });
  store = new TripStore(database, { now: () => nowMs, outboxGraceMs: 2_000 });
});
beforeEach(() => emptyTables());
afterAll(async () => {
  await store?.close();
  await base?.drop();
});

async function emptyTables(): Promise<void> {
  nowMs = Date.parse('2026-03-01T12:00:00Z');
  await query(base.url, 'TRUNCATE shard, shard_change, matcher, planner');
  await winTerm(store, ME, nowMs, nowMs + LEASE_MS);
}

async function rowsByShard(): Promise<Map<string, ShardRow>> {
  return new Map((await readOwnership(store)).rows.map((row) => [row.shard, row]));
}

const claims = (commands: readonly ShardCommand[]): OwnershipChange => ({ claims: commands, members: [] });

/** A command of a planner that has, or has not, seen the current row. */
interface ClaimIntent {
  cell: string;
  /** How far the seen epoch is from the current one. */
  offBy: number;
  owner: string | null;
  retired: boolean;
}

interface MemberIntent {
  member: Member;
  seen: MemberState | 'as it is';
  state: MemberState | null;
}

interface Intent {
  term: number;
  claims: ClaimIntent[];
  members: MemberIntent[];
}

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

const intents = fc.record<Intent>({
  term: mostly(TERM, TERM - 1, TERM + 1),
  claims: fc.uniqueArray(
    fc.record<ClaimIntent>({
      cell: fc.constantFrom(...CELLS),
      offBy: mostly(0, -1, 1),
      owner: fc.constantFrom(null, ...MEMBERS.map(({ instance }) => instance)),
      retired: fc.boolean(),
    }),
    { selector: ({ cell }) => cell, maxLength: 4 },
  ),
  members: fc.uniqueArray(
    fc.record<MemberIntent>({
      member: fc.constantFrom(...MEMBERS),
      seen: mostly<MemberIntent['seen']>('as it is', ...STATES),
      state: mostly<MemberState | null>('active', 'drained', 'leaving', 'lost', null),
    }),
    { selector: ({ member }) => member.instance, maxLength: 2 },
  ),
});

function changeOf(intent: Intent, state: OwnershipState): OwnershipChange {
  return {
    claims: intent.claims.map(({ cell, offBy, owner, retired }): ShardCommand => {
      const known = state.rows.get(cell)?.epoch;
      const seenEpoch = offBy === 0 ? (known ?? null) : Math.max(0, (known ?? 0) + offBy);
      const epoch = (seenEpoch ?? 0) + 1;
      return { shard: cell, owner: retired ? null : owner, epoch, seenEpoch, retired, kind: 'moved' };
    }),
    members: intent.members.map(({ member, seen, state: next }) => ({
      seen: {
        ...member,
        state: seen === 'as it is' ? (state.members.get(member.instance)?.state ?? 'active') : seen,
      },
      state: next,
    })),
  };
}

describe('a change of ownership', () => {
  test('has the same outcome and rows in SQL as in the model', async () => {
    const outcomes = new Set<string>();
    const property = fc.asyncProperty(fc.array(intents, { minLength: 4, maxLength: 12 }), async (history) => {
      await emptyTables();
      for (const { instance, incarnation } of MEMBERS)
        await store.transact((transaction) => joinMember(transaction, instance, incarnation, nowMs));
      let state: OwnershipState = {
        ...EMPTY_OWNERSHIP,
        term: TERM,
        members: new Map(MEMBERS.map((member) => [member.instance, member])),
      };
      let changes = 0;
      for (const intent of history) {
        nowMs += 1_000;
        const change = changeOf(intent, state);
        const expected = applyChange(state, intent.term, change, nowMs);
        expect(await commitChange(store, intent.term, change)).toBe(expected.outcome);
        const { rows, members } = await readOwnership(store);
        expect(new Map(rows.map((row) => [row.shard, row]))).toEqual(expected.state.rows);
        expect(new Map(members.map((member) => [member.instance, member]))).toEqual(expected.state.members);
        state = expected.state;
        outcomes.add(expected.outcome);
        if (expected.outcome === 'done') changes += change.claims.length;
      }
      expect(await historyInOrder()).toBe(changes);
    });
    await fc.assert(property, { numRuns: 25 });
    expect([...outcomes].toSorted()).toEqual(['deposed', 'done', 'stale']);
  });

  test('splits and merges so that on every line of descent the live shard has the highest epoch', async () => {
    const step = async (commands: readonly ShardCommand[]): Promise<Map<string, ShardRow>> => {
      expect(await commitChange(store, TERM, claims(commands))).toBe('done');
      const rows = await rowsByShard();
      expect(ownershipViolations(rows.values(), [PARENT])).toEqual([]);
      return rows;
    };
    let rows = await step([claimCommand(undefined, PARENT, 'matcher-1', 'claimed')]);
    for (let round = 0; round < 3; round++) {
      rows = await step(splitCommands(rows, PARENT));
      expect(rows.get(PARENT)).toMatchObject({ retired: true, owner: null });
      const child = CHILDREN[round]!;
      rows = await step([claimCommand(rows.get(child), child, 'matcher-2', 'moved')]);
      rows = await step([claimCommand(rows.get(child), child, 'matcher-1', 'moved')]);
      rows = await step(mergeCommands(rows, PARENT));
      expect(rows.get(PARENT)).toMatchObject({ retired: false, owner: 'matcher-1' });
    }
    await historyInOrder();
  });

  test('is refused as a whole if one of its rows has changed since', async () => {
    await commitChange(store, TERM, claims([claimCommand(undefined, PARENT, 'matcher-1', 'claimed')]));
    const before = await rowsByShard();
    const split = splitCommands(before, PARENT);
    await commitChange(store, TERM, claims([claimCommand(before.get(PARENT), PARENT, 'matcher-2', 'moved')]));
    expect(await commitChange(store, TERM, claims(split))).toBe('stale');
    expect([...(await rowsByShard()).keys()]).toEqual([PARENT]);
  });

  test('locks its shards in the same order as offers do, so that they cannot deadlock', async () => {
    const [first, last] = CHILDREN.slice(0, 2).toSorted() as [string, string];
    // Given, and stored in the table, in the reverse order of the cells: an update alone would lock the last one first.
    const shards = [last, first];
    for (const shard of shards)
      await commitChange(store, TERM, claims([claimCommand(undefined, shard, 'matcher-1', 'claimed')]));
    const rows = await rowsByShard();
    // A transaction that is rolled back by a deadlock runs again.
    let runs = 0;
    const work: Promise<unknown>[] = [];
    const begin = async (run: (transaction: TripTransaction) => Promise<unknown>): Promise<void> => {
      work.push(store.transact((transaction) => ((runs += 1), run(transaction))));
      await store.rows({ name: 'pause', text: 'SELECT pg_sleep(0.2)', values: [] });
    };
    await store.transact(async (transaction) => {
      await lockShardEpochs(transaction, [first]);
      const moves = shards.map((shard) => claimCommand(rows.get(shard), shard, 'matcher-2', 'moved'));
      await begin((move) => claimShards(move, moves, TERM, nowMs));
      await begin((offer) => lockShardEpochs(offer, [first, last]));
    });
    await Promise.all(work);
    expect(runs).toBe(2);
    expect((await rowsByShard()).get(first)).toMatchObject({ owner: 'matcher-2', epoch: 2 });
  });
});

describe("the planner's term", () => {
  test('stays the same while it is renewed in time, and is a new one after it has lapsed', async () => {
    expect(await winTerm(store, ME, nowMs + LEASE_MS, nowMs + 2 * LEASE_MS)).toBe(TERM);
    const lateMs = nowMs + 2 * LEASE_MS + 1;
    expect(await winTerm(store, ME, lateMs, lateMs + LEASE_MS)).toBe(TERM + 1);
  });

  test('is won by no other until it lapses or is given up; its old holder then commits nothing', async () => {
    expect(await winTerm(store, OTHER, nowMs, nowMs + LEASE_MS)).toBeUndefined();
    await giveUpTerm(store, ME);
    expect(await winTerm(store, OTHER, nowMs, nowMs + LEASE_MS)).toBe(TERM + 1);
    const change = claims([claimCommand(undefined, PARENT, 'matcher-1', 'claimed')]);
    expect(await commitChange(store, TERM, change)).toBe('deposed');
    expect(await rowsByShard()).toEqual(new Map());
    expect(await commitChange(store, TERM + 1, change)).toBe('done');
  });

  test('is won by one of many candidates at once', async () => {
    await giveUpTerm(store, ME);
    const candidates = Array.from({ length: 10 }, (_, index) => ({
      instance: `trips-${index}`,
      incarnation: randomUUID(),
    }));
    const terms = await Promise.all(
      candidates.map((candidate) => winTerm(store, candidate, nowMs, nowMs + LEASE_MS)),
    );
    expect(terms.filter((term) => term !== undefined)).toEqual([TERM + 1]);
  });
});

/** Counts the recorded changes, and checks that later epochs of a shard have later log positions. */
async function historyInOrder(): Promise<number> {
  const [counted] = await query<{ changes: number; disorder: number }>(
    base.url,
    `SELECT count(*)::int AS changes, count(*) FILTER (WHERE lsn <= before)::int AS disorder
     FROM (SELECT lsn, lag(lsn) OVER (PARTITION BY cell ORDER BY epoch) AS before FROM shard_change) AS noted`,
  );
  expect(counted?.disorder).toBe(0);
  return counted?.changes ?? 0;
}

test('changes of ownership are kept until they are purged, oldest first, up to a limit', async () => {
  const atMs = nowMs;
  for (const [place, shard] of CELLS.entries()) {
    nowMs = atMs + place * 1_000;
    await commitChange(store, TERM, claims([claimCommand(undefined, shard, null, 'claimed')]));
  }
  const remembered = async (): Promise<unknown[]> =>
    (await query(base.url, 'SELECT cell FROM shard_change ORDER BY at')).map(({ cell }) => cell);
  const before = await remembered();
  expect(before).toHaveLength(CELLS.length);
  expect(await purgeShardChanges(store, atMs + 1_500, 1)).toBe(1);
  expect(await remembered()).toEqual(before.slice(1));
  expect(await purgeShardChanges(store, atMs + 1_500, 100)).toBe(1);
  expect(await purgeShardChanges(store, atMs + 1_500, 100)).toBe(0);
  expect(await remembered()).toEqual(before.slice(2));
});
