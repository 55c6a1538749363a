import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseFaults } from '../../proof/chaos/faults/fault-kinds.ts';
import type { ChaosReport } from '../../proof/chaos/runner/report.ts';
import { runChaos } from '../../proof/chaos/runner/run-chaos.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';

const LIMIT_MS = 480_000;
/** A small city whose rides end within the run, at several times real time. */
const SMALL = { minutes: 0, matchers: 2, drivers: 100, apis: 1, natsServers: 1, speed: 5 };
const FAULTS =
  'kill9:primary-waiting,kill9:primary-cut,kill9:standby,kill9:relay,vanish:driver,vanish:rider,lie:bus=4';
/** Phones vanish first: the other faults pass while the longest silences do. */
const SEED = 17;
/** The same with asynchronous commits. */
const LOSING = 'kill9:primary-cut';

const directories = [temporaryDirectory('failover-test'), temporaryDirectory('failover-test')] as const;
let synchronous: ChaosReport;
let asynchronous: ChaosReport;

beforeAll(async () => {
  const [first, second] = directories.map(({ path }) => path);
  const say = (): void => {};
  synchronous = await runChaos(
    { ...SMALL, seed: SEED, faults: parseFaults(FAULTS), standbys: 2, async: false },
    first!,
    say,
  );
  asynchronous = await runChaos(
    { ...SMALL, seed: 3, faults: parseFaults(LOSING), standbys: 1, async: true },
    second!,
    say,
  );
}, LIMIT_MS);
afterAll(() => {
  const isGood = synchronous?.verdict === 'ok' && asynchronous?.verdict === 'lost';
  for (const directory of directories) {
    if (isGood) directory.remove();
    else directory.keep();
  }
});

test('primaries, a standby and a relay killed under load: nothing is lost, double, illegal, missing or out of order', () => {
  expect({ ...synchronous, looked: directories[0].path }).toMatchObject({
    violations: [],
    lost: 0,
    duplicated: 0,
    double_assigned: 0,
    illegal_histories: 0,
    missing_events: 0,
    out_of_order_events: 0,
    rpo_rows: 0,
    stuck_trips: 0,
    orphan_claims: 0,
    orphan_slots: 0,
    needless_restarts: 0,
    verdict: 'ok',
  });
});

test('phones that never come back at any state of a trip keep nobody bound, and their riders get another search', () => {
  const { vanished, redispatch_s: times } = synchronous;
  expect(Object.keys(vanished).toSorted()).toEqual(
    ['driver', 'rider'].flatMap((who) =>
      ['accepted', 'arrived', 'in_progress', 'offered'].map((state) => `${who} ${state}`),
    ),
  );
  expect(times.n).toBeGreaterThan(0);
  expect(times.p99).toBeLessThanOrEqual(times.limit);
});

test('lies on the bus with stolen keys are refused, or do no lasting harm', () => {
  const { told, answered, refused, believed } = synchronous.lies;
  expect({ believed }).toEqual({ believed: 0 });
  for (const count of [told, answered, refused]) expect(count).toBeGreaterThan(10);
});

test('each fault took effect under load, and commits were acknowledged again after it', () => {
  expect(synchronous.faults.filter(({ ineffective }) => ineffective !== null)).toEqual([]);
  expect(synchronous.rto_ms.count).toBe(3);
  // Null: the primary started again in place, since on a slow machine no standby could be cut off in time.
  const promoted = synchronous.faults
    .filter(({ kind }) => kind.startsWith('kill9:primary'))
    .map((fault) => fault.promoted);
  expect(promoted).toHaveLength(2);
  for (const name of promoted) expect([null, 'postgres_1', 'postgres_2', 'postgres_3']).toContain(name);
  expect(synchronous.accepted).toBeGreaterThan(5);
  expect(synchronous.acknowledged).toBeGreaterThan(50);
  expect(synchronous.events.messages).toBeGreaterThan(100);
});

test('without synchronous replication the same fault loses acknowledged commits, and the checker finds it', () => {
  expect({ ...asynchronous, looked: directories[1].path }).toMatchObject({
    faults: [{ kind: 'kill9:primary-cut', ineffective: null, promoted: 'postgres_2' }],
    synchronous: false,
    verdict: 'lost',
  });
  expect(asynchronous.lost).toBeGreaterThan(0);
  expect(asynchronous.rpo_rows).toBeGreaterThan(0);
});
