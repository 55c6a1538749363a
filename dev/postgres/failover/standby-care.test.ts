import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { query } from '../../../ops/postgres/query.ts';
import type { KeeperEvent } from './failover-trace.ts';
import { KeptCluster, TEST_LIMIT_MS, WAIT } from '../../fixtures/kept-cluster.ts';

vi.setConfig({ testTimeout: TEST_LIMIT_MS });

/** Sessions whose commit waits for a standby. */
const WAITING = "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

let cluster: KeptCluster;
let events: KeeperEvent[];

beforeEach(async () => {
  events = [];
  cluster = await KeptCluster.start({ severable: true }, { onEvent: (event) => events.push(event) });
});
afterEach(() => cluster.stop());

async function untilCommitWaits(): Promise<void> {
  await expect.poll(() => query(cluster.postgres.primaryUrl, WAITING), WAIT).toEqual([{ waiting: 1 }]);
}

test('a standby that was killed is started again over its data; the commit that waited goes on', async () => {
  const [, standby] = cluster.postgres.nodes;
  const killed = standby!.server.kill();
  const commit = cluster.write(1);
  await killed;
  await commit;
  await cluster.untilOn(standby!, [1]);
  await expect.poll(() => events, WAIT).toContainEqual({ kind: 'standby_restarted', standby: standby!.name });
});

test('a standby that froze is replaced by itself', async () => {
  const [, standby] = cluster.postgres.nodes;
  const { pid } = standby!.server;
  await standby!.freeze();
  await cluster.write(1);
  // A commit that was confirmed just before the freeze proves nothing: the keeper replaces the standby all the same.
  await expect.poll(() => standby!.server.pid, WAIT).not.toBe(pid);
});

test('a standby whose data are broken is made anew', async () => {
  const [, standby] = cluster.postgres.nodes;
  await cluster.keeper.pause();
  await standby!.server.kill();
  await rm(join(standby!.spec.dataDirectory, 'global', 'pg_control'));
  cluster.keeper.resume();
  await cluster.write(1);
  await cluster.untilWhole();
  expect(events.map(({ kind }) => kind)).toEqual(['standby_failed', 'standby_rebuilt']);
  await cluster.untilOn(standby!, [1]);
});

test('over a line that is cut nothing is acknowledged, whoever is the primary; nobody is promoted for it', async () => {
  const { postgres, keeper } = cluster;
  await postgres.primary.server.kill();
  await cluster.recovered();
  const [standby] = postgres.standbys;
  postgres.lines!.cut(standby!.name);
  const commit = cluster.write(1);
  await untilCommitWaits();
  postgres.lines!.mend(standby!.name);
  await commit;
  await cluster.untilOn(standby!, [1]);
  expect(keeper.failovers).toHaveLength(1);
});
