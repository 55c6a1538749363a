import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseSuccessor } from './choose-successor.ts';
import type { Choice } from './fail-over.ts';
import { KeptCluster, TEST_LIMIT_MS } from '../../fixtures/kept-cluster.ts';

/** Takes the first standby that answers. */
const naive: Choice = (_, [first]) => first?.name;

vi.setConfig({ testTimeout: TEST_LIMIT_MS });

const ROWS = Array.from({ length: 20 }, (_, index) => index);
let cluster: KeptCluster;

afterEach(() => cluster.stop());

/** Two standbys, of which the first has none of the rows that were acknowledged. */
async function withLaggard(choose: Choice): Promise<KeptCluster> {
  const started = await KeptCluster.start({ standbys: 2, severable: true }, { choose });
  started.postgres.lines!.cut(started.postgres.nodes[1]!.name);
  for (const id of ROWS) await started.write(id);
  return started;
}

describe.each([
  { name: 'the one that has everything', choose: chooseSuccessor, lost: [] },
  { name: 'the first one that answers', choose: naive, lost: ROWS },
])('one of two standbys lags; chosen is $name', ({ choose, lost }) => {
  test(`of ${ROWS.length} acknowledged rows ${lost.length} are lost`, async () => {
    cluster = await withLaggard(choose);
    const { postgres, keeper } = cluster;
    await keeper.pause();
    await postgres.primary.server.kill();
    keeper.resume();
    await cluster.promoted();
    expect(await cluster.missing(ROWS)).toEqual(lost);
    postgres.lines!.mend(postgres.nodes[1]!.name);
    // Also where the other one has rows that the new primary has not: it is made anew.
    await cluster.recovered();
    const facts = await cluster.facts();
    for (const standby of postgres.standbys) await cluster.untilOn(standby, facts);
  });
});

describe.each([
  { name: 'nobody, since the other may have more', choose: chooseSuccessor, promoted: 0, lost: [] },
  { name: 'the only one that answers', choose: naive, promoted: 1, lost: ROWS },
])(
  'one of two standbys lags, the other died with the primary; chosen is $name',
  ({ choose, promoted, lost }) => {
    test(`of ${ROWS.length} acknowledged rows ${lost.length} are lost`, async () => {
      cluster = await withLaggard(choose);
      const { postgres, keeper } = cluster;
      await keeper.pause();
      await Promise.all([postgres.nodes[2]!.server.kill(), postgres.primary.server.kill()]);
      keeper.resume();
      expect(await cluster.promoted()).toMatchObject({ promoted: postgres.nodes[promoted]!.name });
      expect(await cluster.missing(ROWS)).toEqual(lost);
      postgres.lines!.mend(postgres.nodes[1]!.name);
      await cluster.recovered();
    });
  },
);

test('without synchronous replication a failover loses what was acknowledged', async () => {
  cluster = await KeptCluster.start({ synchronous: false, severable: true });
  const { postgres } = cluster;
  const [first, second] = postgres.nodes;
  postgres.lines!.cut(second!.name);
  for (const id of ROWS) await cluster.write(id);
  await first!.server.kill();
  expect(await cluster.promoted()).toMatchObject({ promoted: second!.name });
  expect(await cluster.missing(ROWS)).toEqual(ROWS);
});
