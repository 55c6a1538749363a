import {
  cellKeyFromH3,
  cellKeyToH3,
  haloCells,
  parentKey,
  pickupCellOf,
  positionCellOf,
  type CellKey,
} from '#libs/geo';
import {
  DEFAULT_PLAN_PARAMS,
  planOwnership,
  ShardTopology,
  type PlanInput,
  type ShardRow,
} from '#libs/ownership';
import type { StreetCity } from './street-city.ts';

/** Fine enough to divide a city of a few square kilometres among eight matchers. */
const SHARD_RES = 8;
const MAX_PLANS = 100;
/** Assumed cost of all requests together, in milliseconds per second and matcher. */
const LOAD_MS_PER_S = 500;

/** The intersections that a matcher owns, and those that it sees. */
export interface MatcherArea {
  readonly owns: Uint8Array;
  readonly sees: Uint8Array;
}

/** Divides the city among matchers as the planner does: by load, neighbours together; each also sees its halo. */
export function matcherAreas(
  city: StreetCity,
  matchers: number,
  radiusM: number,
  requestsByNode: ArrayLike<number>,
): MatcherArea[] {
  const shardOfNode = city.points.map((point) => cellKeyToH3(parentKey(pickupCellOf(point), SHARD_RES)));
  const names = Array.from({ length: matchers }, (_, number) => `matcher-${number}`);
  const owners = plannedOwners(
    [...new Set(shardOfNode)],
    names,
    loadsOf(shardOfNode, requestsByNode, matchers),
  );
  const positionCells = city.points.map(positionCellOf);
  return names.map((name) => {
    const cells: CellKey[] = [...owners]
      .filter(([, owner]) => owner === name)
      .map(([shard]) => cellKeyFromH3(shard));
    const heard = new Set(haloCells(cells, radiusM));
    return {
      owns: Uint8Array.from(shardOfNode, (shard) => (owners.get(shard) === name ? 1 : 0)),
      sees: Uint8Array.from(positionCells, (cell) => (heard.has(cell) ? 1 : 0)),
    };
  });
}

function loadsOf(
  shardOfNode: readonly string[],
  requests: ArrayLike<number>,
  matchers: number,
): PlanInput['loads'] {
  const counts = new Map<string, number>();
  let total = 1;
  shardOfNode.forEach((shard, node) => {
    const count = requests[node] as number;
    counts.set(shard, (counts.get(shard) ?? 0) + count);
    total += count;
  });
  const scale = (LOAD_MS_PER_S * matchers) / total;
  return new Map(
    [...counts].map(([shard, count]) => [
      shard,
      { openTrips: 0, requestsPerS: 0, pingsPerS: 0, busyMsPerS: count * scale },
    ]),
  );
}

function plannedOwners(
  cells: readonly string[],
  takers: readonly string[],
  loads: PlanInput['loads'],
): Map<string, string> {
  const topology = ShardTopology.of(cells);
  const params = { ...DEFAULT_PLAN_PARAMS, coarsestRes: SHARD_RES, finestRes: SHARD_RES, moveCooldownMs: 0 };
  const owners = new Map<string, string>();
  for (let plans = 0; plans < MAX_PLANS; plans++) {
    const rows = cells.map((shard): ShardRow => ({
      shard,
      epoch: 1,
      owner: owners.get(shard) ?? null,
      retired: false,
      changedAtMs: 0,
    }));
    const { claim, move } = planOwnership(
      {
        rows,
        baseCells: cells,
        takers,
        leavers: [],
        keepers: [],
        loads,
        moving: new Map(),
        mayBalance: true,
        lastMovedAtMs: new Map(),
        nowMs: 0,
      },
      topology,
      params,
    );
    if (claim.length + move.length === 0) break;
    for (const { shard, owner } of claim) owners.set(shard, owner);
    for (const { shard, to } of move) owners.set(shard, to);
  }
  return owners;
}
