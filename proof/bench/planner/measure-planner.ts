import { createHash } from 'node:crypto';
import { gridDisk, latLngToCell } from 'h3-js';
import {
  Coordinator,
  DEFAULT_COORDINATOR_PARAMS,
  DEFAULT_PLAN_PARAMS,
  planOwnership,
  ShardTopology,
  type CoordinatorEvent,
  type Member,
  type Plan,
  type PlanInput,
  type ShardRow,
} from '#libs/ownership';
import { seededFractions } from '#libs/random';

export interface Effort {
  readonly seed: number;
  readonly runs: number;
  readonly matchers: number;
}

interface Tables {
  readonly rows: ShardRow[];
  readonly members: Member[];
}

const CENTER = latLngToCell(40.75, -73.98, 6);
export const SHARD_COUNTS = [1_000, 10_000];
/** Enough rings around the centre for the largest shard count. */
const RINGS = 60;
/** Matcher time of all shards together; a few shards in the middle take much of it. */
const TOTAL_BUSY_MS_PER_S = 3_000;

/** Times the planner's decisions for this many shards, compared with rendezvous hashing of the same shards. */
export function measure(shards: number, { seed, runs, matchers }: Effort) {
  const cells = gridDisk(CENTER, RINGS).slice(0, shards);
  const names = Array.from({ length: matchers }, (_, number) => `matcher-${number}`);
  const loads = busyShards(cells, seed);
  const topologyMs = timesOf(3, () => ShardTopology.of(cells)).p50_ms;
  const topology = ShardTopology.of(cells);
  const input = (
    rows: readonly ShardRow[],
    takers: readonly string[],
    leavers: readonly string[] = [],
  ): PlanInput => ({
    rows,
    baseCells: cells,
    takers,
    leavers,
    keepers: [],
    loads,
    moving: new Map(),
    mayBalance: true,
    lastMovedAtMs: new Map(),
    nowMs: 0,
  });
  const rested = settle(names, (rows) => planOwnership(input(rows, names), topology.with(cells)));
  const decide = (question: PlanInput) => () => planOwnership(question, topology.with(cells));
  const [first = '', ...others] = names;
  const decisions = {
    first_plan: timesOf(runs, decide(input([], names))),
    nothing_to_do: timesOf(runs, decide(input(rested, names))),
    one_joins: timesOf(runs, decide(input(rested, [...names, 'matcher-new']))),
    one_leaves: timesOf(runs, decide(input(rested, others, [first]))),
    one_dies: timesOf(runs, decide(input(rested, others))),
  };
  return {
    shards,
    topology_ms: topologyMs,
    decisions,
    whole_cycle: wholeCycle(rested, names, loads, runs),
    moved_when_one_dies: decide(input(rested, others))().claim.length,
    ...shapeOf(ownersOf(rested), topology, loads, names),
    alternative: rendezvous(cells, names, topology, loads, runs),
  };
}

/** One second of the planner: parses the tables it reads, and lets the coordinator decide. */
function wholeCycle(
  rows: readonly ShardRow[],
  names: readonly string[],
  loads: PlanInput['loads'],
  runs: number,
) {
  const members = names.map((instance) => ({ instance, incarnation: instance, state: 'active' as const }));
  const text = JSON.stringify({ rows, members });
  const coordinator = new Coordinator({
    ...DEFAULT_COORDINATOR_PARAMS,
    baseCells: rows.map(({ shard }) => shard),
  });
  let nowMs = 0;
  const readTables = (): CoordinatorEvent => ({ type: 'state_read', ...(JSON.parse(text) as Tables) });
  coordinator.step({ type: 'term_won', term: 1 }, nowMs);
  coordinator.step(readTables(), nowMs);
  return timesOf(runs, () => {
    nowMs += DEFAULT_COORDINATOR_PARAMS.refreshMs;
    const effects = names.flatMap((instance) =>
      coordinator.step({ type: 'heartbeat', instance, incarnation: instance, loads }, nowMs),
    );
    if (!effects.some(({ type }) => type === 'read')) throw new Error('the coordinator does not read');
    coordinator.step(readTables(), nowMs);
  });
}

/** Applies plans until the planner has nothing left to change. */
function settle(names: readonly string[], plan: (rows: readonly ShardRow[]) => Plan): ShardRow[] {
  let rows = new Map<string, ShardRow>();
  for (let plans = 0; plans < 200; plans++) {
    const { claim, move } = plan([...rows.values()]);
    if (claim.length + move.length === 0) break;
    const next = new Map(rows);
    for (const { shard, owner } of [...claim, ...move.map(({ shard, to }) => ({ shard, owner: to }))])
      next.set(shard, {
        shard,
        owner,
        epoch: (rows.get(shard)?.epoch ?? 0) + 1,
        retired: false,
        changedAtMs: 0,
      });
    rows = next;
  }
  if (rows.size === 0) throw new Error(`nothing was planned for ${names.length} matchers`);
  return [...rows.values()];
}

function ownersOf(rows: readonly ShardRow[]): Map<string, string> {
  return new Map(rows.map(({ shard, owner }) => [shard, owner ?? '']));
}

/** Balance of the load, and length of the borders: each border shard costs its halo. */
function shapeOf(
  owners: ReadonlyMap<string, string>,
  topology: ShardTopology,
  loads: PlanInput['loads'],
  names: readonly string[],
) {
  const busy = names.map((name) =>
    topology.shards.reduce(
      (sum, shard) => sum + (owners.get(shard) === name ? (loads.get(shard)?.busyMsPerS ?? 0) : 0),
      0,
    ),
  );
  const mean = busy.reduce((sum, load) => sum + load, 0) / names.length;
  let borders = 0;
  topology.shards.forEach((shard, index) => {
    for (const neighbor of topology.neighbors.slice(topology.starts[index], topology.starts[index + 1]))
      if (owners.get(topology.shards[neighbor] ?? '') !== owners.get(shard)) borders++;
  });
  return { heaviest_over_mean: round(Math.max(...busy) / mean), borders: borders / 2 };
}

/** Each shard goes to the matcher with the highest hash of both: stateless, few moves, blind to place and load. */
function rendezvous(
  cells: readonly string[],
  names: readonly string[],
  topology: ShardTopology,
  loads: PlanInput['loads'],
  runs: number,
) {
  const choose = (): Map<string, string> =>
    new Map(
      cells.map((cell) => {
        const ranked = names.map(
          (name) =>
            [
              createHash('md5')
                .update(cell + name)
                .digest('hex'),
              name,
            ] as const,
        );
        return [cell, ranked.reduce((best, one) => (one[0] > best[0] ? one : best))[1]];
      }),
    );
  return {
    name: 'rendezvous hashing',
    took: timesOf(Math.min(3, runs), choose),
    ...shapeOf(choose(), topology, loads, names),
  };
}

function busyShards(cells: readonly string[], seed: number): PlanInput['loads'] {
  const random = seededFractions(seed);
  // The first cells are in the middle: load falls with the rank of the cell, as it does from a city's centre.
  const raw = cells.map((_, rank) => random() / (1 + rank / 50));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return new Map(
    cells.map((cell, rank) => {
      const busyMsPerS = Math.min(
        DEFAULT_PLAN_PARAMS.minSplitMsPerS,
        ((raw[rank] ?? 0) / total) * TOTAL_BUSY_MS_PER_S,
      );
      return [cell, { openTrips: 0, requestsPerS: 0, pingsPerS: 0, busyMsPerS }];
    }),
  );
}

function timesOf(runs: number, work: () => unknown): { p50_ms: number; max_ms: number } {
  const times = Array.from({ length: runs }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  }).sort((a, b) => a - b);
  return { p50_ms: round(times[times.length >> 1] ?? 0), max_ms: round(times.at(-1) ?? 0) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
