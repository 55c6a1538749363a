import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { query } from '../../../ops/postgres/query.ts';
import type { KeeperEvent } from './failover-trace.ts';
import { KeptCluster, TEST_LIMIT_MS, WAIT } from '../../fixtures/kept-cluster.ts';

vi.setConfig({ testTimeout: TEST_LIMIT_MS });

/** Sessions whose own commit waits for a standby. */
const WAITING = `SELECT count(*)::int AS waiting FROM pg_stat_activity
  WHERE wait_event = 'SyncRep' AND query LIKE 'INSERT INTO fact%'`;

let cluster: KeptCluster;

afterEach(() => cluster.stop());

/** Whether a process of this number can still do something; a zombie cannot. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A cluster that notes which of the given processes are alive when a new primary has just been promoted. */
async function startWithWitness() {
  const witness = { pids: [] as number[], aliveAtPromotion: undefined as number[] | undefined };
  const onEvent = ({ kind }: KeeperEvent): void => {
    if (kind === 'promoted') witness.aliveAtPromotion = witness.pids.filter(isAlive);
  };
  cluster = await KeptCluster.start({}, { onEvent });
  return witness;
}

test('a primary killed in the middle of commits is replaced; nothing acknowledged is lost; and back again', async () => {
  cluster = await KeptCluster.start();
  const { postgres } = cluster;
  const [first, second] = postgres.nodes;
  const writers = cluster.writers();
  await expect.poll(() => writers.acknowledged.length, WAIT).toBeGreaterThan(100);
  process.kill(first!.server.pid, 'SIGKILL');
  await writers.ended;

  const trace = await cluster.recovered();
  expect(trace.failed).toBe(first!.name);
  const successor = cluster.mustSucceed(trace);
  expect(trace.promoted).toBe(successor.name);
  const other = successor === first ? second! : first!;
  expect([successor.role, other.role]).toEqual(['primary', 'standby']);
  expect(postgres.primaryUrl).toBe(postgres.urlOf(successor));
  expect(await cluster.missing(writers.acknowledged)).toEqual([]);
  await cluster.write(-1);
  await cluster.untilOn(other, await cluster.facts());

  process.kill(successor.server.pid, 'SIGKILL');
  const again = await cluster.recovered(2);
  expect(again).toMatchObject({ failed: successor.name, promoted: cluster.mustSucceed(again).name });
  expect(await cluster.missing([-1, ...writers.acknowledged])).toEqual([]);
});

test('a new primary acknowledges nothing before a standby has it', async () => {
  cluster = await KeptCluster.start();
  process.kill(cluster.postgres.primary.server.pid, 'SIGKILL');
  await cluster.promoted();
  await cluster.keeper.pause(); // it brings no standby back
  const [standby] = cluster.postgres.standbys;
  expect(standby!.server.isRunning()).toBe(false);
  let isAcknowledged = false;
  const commit = cluster.write(1).then(() => (isAcknowledged = true));
  await expect.poll(() => query(cluster.postgres.primaryUrl, WAITING), WAIT).toEqual([{ waiting: 1 }]);
  expect(isAcknowledged).toBe(false);
  cluster.keeper.resume();
  await commit;
  await cluster.untilOn(standby!, [1]);
});

test('a primary that froze is dead before another one is promoted, and cannot wake up', async () => {
  const witness = await startWithWitness();
  const first = cluster.postgres.primary;
  await cluster.write(1);
  witness.pids = await first.processes();
  expect(witness.pids.length).toBeGreaterThan(3);
  await first.freeze();
  const trace = await cluster.recovered();
  expect(trace).toMatchObject({ failed: first.name, cause: 'silent' });
  expect(trace.fencedAtMs).toBeLessThanOrEqual(trace.promotedAtMs!);
  expect(witness.aliveAtPromotion).toEqual([]);
  expect(await cluster.facts()).toEqual([1]);
});

test('a primary that takes no new sessions while old ones go on committing is fenced with them', async () => {
  const witness = await startWithWitness();
  const first = cluster.postgres.primary;
  const writers = cluster.writers();
  await expect.poll(() => writers.acknowledged.length, WAIT).toBeGreaterThan(10);
  witness.pids = await first.processes();
  first.server.pause(); // the postmaster alone
  await writers.ended;
  await cluster.recovered();
  expect(witness.aliveAtPromotion).toEqual([]);
  expect(await cluster.missing(writers.acknowledged)).toEqual([]);
});

test('where the only standby is away too, the primary is started again in place', async () => {
  cluster = await KeptCluster.start();
  const { postgres, keeper } = cluster;
  const [first, second] = postgres.nodes;
  await cluster.write(1);
  await keeper.pause();
  await second!.server.kill();
  await first!.server.kill();
  keeper.resume();
  const trace = await cluster.recovered();
  expect(trace).toMatchObject({ failed: first!.name, promoted: first!.name });
  expect([first!.role, second!.role]).toEqual(['primary', 'standby']);
  await cluster.write(2);
  await cluster.untilOn(second!, [1, 2]);
});

test('a new primary that dies at once is started again in place; the one before it stays replaced', async () => {
  const killNew = ({ kind }: KeeperEvent): void => {
    if (kind === 'promoted' && cluster.keeper.failovers.length === 1)
      process.kill(cluster.postgres.primary.server.pid, 'SIGKILL');
  };
  cluster = await KeptCluster.start({}, { onEvent: killNew });
  const [first, second] = cluster.postgres.nodes;
  await cluster.write(1);
  process.kill(first!.server.pid, 'SIGKILL');
  const again = await cluster.recovered(2);
  const [lost] = cluster.keeper.failovers;
  expect(lost!.failed).toBe(first!.name);
  expect(again.failed).toBe(cluster.mustSucceed(lost!).name);
  const successor = cluster.mustSucceed(again);
  expect(again.promoted).toBe(successor.name);
  await cluster.write(2);
  await cluster.untilOn(successor === first ? second! : first!, [1, 2]);
});

test('a keeper that is paused leaves a dead primary dead; one that is resumed does not', async () => {
  cluster = await KeptCluster.start();
  const { postgres, keeper } = cluster;
  await keeper.pause();
  await postgres.primary.server.kill();
  await new Promise((resolve) => void setTimeout(resolve, 1_000));
  expect(keeper.failovers).toEqual([]);
  expect(await query(postgres.urlOf(postgres.nodes[1]!), 'SELECT pg_is_in_recovery() AS standby')).toEqual([
    { standby: true },
  ]);
  keeper.resume();
  const trace = await cluster.promoted();
  expect(trace.promoted).toBe(cluster.mustSucceed(trace).name);
});
