import * as fc from 'fast-check';
import { cellToChildren, getPentagons, gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { claimCommand } from '../claim-commands.ts';
import type { ShardCommand } from '../ownership-change.ts';
import type { Plan, PlanInput } from '../plan-io.ts';
import type { ShardLoad } from '../shard-load.ts';
import type { ShardRow } from '../shard-row.ts';
import { mergeCommands, splitCommands } from '../split-merge.ts';
import { applyChange, EMPTY_OWNERSHIP, ownershipViolations, type OwnershipState } from '../store-model.ts';
import { planOwnership } from './plan-ownership.ts';
import { baseLoad, DEFAULT_PLAN_PARAMS } from './plan-params.ts';
import { ShardTopology } from './shard-topology.ts';

const CITY = gridDisk(latLngToCell(40.75, -73.98, 6), 4);
const INSTANCES = Array.from({ length: 6 }, (_, place) => `matcher-${place}`);
const PLAN_INTERVAL_MS = 1_000;

const takers = fc.subarray(INSTANCES, { minLength: 1 });
/** Milliseconds per second by cell; most cells are idle. */
const busy = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 60, noNaN: true })), {
  minLength: CITY.length,
  maxLength: CITY.length,
});

function loadOf(busyMsPerS: number): ShardLoad {
  return { openTrips: 0, requestsPerS: 0, pingsPerS: 0, busyMsPerS };
}

/** A store and its planner, with loads by base cell; a finer shard has its share of its ancestor's load. */
class PlannedCity {
  state: OwnershipState = EMPTY_OWNERSHIP;
  nowMs = 0;
  readonly loads = new Map<string, number>();
  readonly #cells: readonly string[];
  #topology = ShardTopology.of([]);
  readonly #movedAtMs = new Map<string, number>();

  constructor(cells: readonly string[], busyMsPerS: readonly number[] = []) {
    this.#cells = cells;
    cells.forEach((cell, place) => this.setLoad(cell, busyMsPerS[place] ?? 0));
  }

  /** Spread evenly over the cell. */
  setLoad(cell: string, busyMsPerS: number): void {
    const leaves = cellToChildren(cell, 8);
    for (const leaf of leaves) this.loads.set(leaf, busyMsPerS / leaves.length);
  }

  get rows(): ShardRow[] {
    return [...this.state.rows.values()];
  }

  get live(): ShardRow[] {
    return this.rows.filter(({ retired }) => !retired);
  }

  loadOfShard(shard: string): number {
    return cellToChildren(shard, 8).reduce((sum, leaf) => sum + (this.loads.get(leaf) ?? 0), 0);
  }

  /** Load including the base load of idle shards, by area. */
  weightOf(takerCount: number, isMeant: (row: ShardRow) => boolean): number {
    const base = baseLoad(DEFAULT_PLAN_PARAMS, this.live.length, takerCount) / 7 ** 2;
    return this.live
      .filter(isMeant)
      .flatMap(({ shard }) => cellToChildren(shard, 8))
      .reduce((sum, leaf) => sum + (this.loads.get(leaf) ?? 0) + base, 0);
  }

  loadsByOwner(names: readonly string[]): number[] {
    return names.map((name) =>
      this.live
        .filter(({ owner }) => owner === name)
        .reduce((sum, { shard }) => sum + this.loadOfShard(shard), 0),
    );
  }

  plan(change: Partial<PlanInput> & Pick<PlanInput, 'takers'>): Plan {
    const loads = new Map(this.live.map(({ shard }) => [shard, loadOf(this.loadOfShard(shard))]));
    this.#topology = this.#topology.with([
      ...this.live.map(({ shard }) => shard),
      ...this.#cells.filter((cell) => !this.state.rows.has(cell)),
    ]);
    const input: PlanInput = {
      rows: this.rows,
      baseCells: this.#cells,
      leavers: [],
      keepers: [],
      loads,
      moving: new Map(),
      mayBalance: true,
      lastMovedAtMs: this.#movedAtMs,
      nowMs: this.nowMs,
      ...change,
    };
    return planOwnership(input, this.#topology);
  }

  /** Carries out the plan, and advances time to the next one. Returns the number of touched shards. */
  carryOut({ claim, move, split, merge }: Plan): number {
    const { rows } = this.state;
    const claims: ShardCommand[] = [
      ...claim.map(({ shard, owner }) => claimCommand(rows.get(shard), shard, owner, 'claimed')),
      ...move.map(({ shard, to }) => claimCommand(rows.get(shard), shard, to, 'moved')),
      ...split.flatMap((shard) => splitCommands(rows, shard)),
      ...merge.flatMap((parent) => mergeCommands(rows, parent)),
    ];
    const { state, outcome } = applyChange(this.state, this.state.term, { claims, members: [] }, this.nowMs);
    expect(outcome).toBe('done');
    for (const { shard, kind } of claims) if (kind !== 'claimed') this.#movedAtMs.set(shard, this.nowMs);
    this.state = state;
    expect(ownershipViolations(this.rows, this.#cells)).toEqual([]);
    this.nowMs += PLAN_INTERVAL_MS;
    return claims.length;
  }

  /** Plans until a plan does nothing although no cooldown is active. */
  settle(names: readonly string[], limit = 200): void {
    const { mergeHoldMs, moveCooldownMs } = DEFAULT_PLAN_PARAMS;
    for (let plans = 0, quiet = 0; quiet < 2; plans++) {
      expect(plans, 'plans until it rests').toBeLessThan(limit);
      const touched = this.carryOut(this.plan({ takers: names }));
      quiet = touched === 0 ? quiet + 1 : 0;
      if (touched === 0) this.nowMs += mergeHoldMs + moveCooldownMs;
    }
  }
}

describe('planOwnership', () => {
  test('gives every shard one owner among the takers, from any former assignment', () => {
    const owner = fc.constantFrom(...INSTANCES, 'matcher-gone', null);
    const owners = fc.array(owner, { minLength: CITY.length, maxLength: CITY.length });
    fc.assert(
      fc.property(takers, owners, busy, (names, before, loads) => {
        const city = new PlannedCity(CITY, loads);
        const claims = CITY.map((shard, place) => claimCommand(undefined, shard, before[place]!, 'claimed'));
        city.state = applyChange(EMPTY_OWNERSHIP, 0, { claims, members: [] }, 0).state;
        const { claim } = city.plan({ takers: names });
        const orphans = CITY.filter((_, place) => !names.includes(before[place] ?? ''));
        expect(claim.map(({ shard }) => shard).sort()).toEqual([...orphans].sort());
        expect(claim.every(({ owner }) => names.includes(owner))).toBe(true);
        city.carryOut(city.plan({ takers: names }));
      }),
      { numRuns: 60 },
    );
  });

  test('gives the same plan for the same input in any order', () => {
    fc.assert(
      fc.property(takers, busy, (names, loads) => {
        const city = new PlannedCity(CITY, loads);
        city.carryOut(city.plan({ takers: names.slice(0, 1) }));
        const plan = city.plan({ takers: names });
        const reversed = city.plan({ takers: names.toReversed(), rows: city.rows.toReversed() });
        expect(reversed).toEqual(plan);
      }),
      { numRuns: 30 },
    );
  });

  test('converges on constant loads, with no matcher far above the mean except by an indivisible shard', () => {
    fc.assert(
      fc.property(takers, busy, (names, loads) => {
        const city = new PlannedCity(CITY, loads);
        city.carryOut(city.plan({ takers: names.slice(0, 1) }));
        city.settle(names);
        const weights = names.map((name) => city.weightOf(names.length, ({ owner }) => owner === name));
        const mean = weights.reduce((sum, weight) => sum + weight, 0) / names.length;
        const largest = Math.max(
          ...city.live.map(({ shard }) => city.weightOf(names.length, (row) => row.shard === shard)),
        );
        expect(Math.max(...weights)).toBeLessThanOrEqual(
          mean * (1 + DEFAULT_PLAN_PARAMS.balanceThreshold) + largest,
        );
      }),
      { numRuns: 25 },
    );
  });

  test('moves no more in one plan than it may, and nothing again soon', () => {
    const city = new PlannedCity(gridDisk(latLngToCell(40.75, -73.98, 6), 12));
    city.carryOut(city.plan({ takers: ['matcher-0'] }));
    const movedAtMs = new Map<string, number>();
    for (let plans = 0; plans < 40; plans++) {
      const plan = city.plan({ takers: INSTANCES });
      expect(plan.move.length).toBeLessThanOrEqual(DEFAULT_PLAN_PARAMS.minMovedBound);
      for (const { shard } of plan.move) {
        expect(city.nowMs - (movedAtMs.get(shard) ?? -Infinity)).toBeGreaterThanOrEqual(
          DEFAULT_PLAN_PARAMS.moveCooldownMs,
        );
        movedAtMs.set(shard, city.nowMs);
      }
      city.carryOut(plan);
    }
    for (const name of INSTANCES) expect(city.live.some(({ owner }) => owner === name)).toBe(true);
  });

  test('moves all shards away from leavers, and gives them none', () => {
    fc.assert(
      fc.property(takers, busy, (names, loads) => {
        const city = new PlannedCity(CITY, loads);
        city.carryOut(city.plan({ takers: [...names, 'matcher-leaving'] }));
        const leaving = { takers: names, leavers: ['matcher-leaving'] };
        city.carryOut(city.plan(leaving));
        expect(city.live.filter(({ owner }) => owner === 'matcher-leaving')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test('leaves suspects their shards, and gives them no more', () => {
    const city = new PlannedCity(CITY);
    city.carryOut(city.plan({ takers: ['matcher-0', 'matcher-1'] }));
    const before = city.live.filter(({ owner }) => owner === 'matcher-1').map(({ shard }) => shard);
    const plan = city.plan({ takers: ['matcher-0', 'matcher-2'], keepers: ['matcher-1'], mayBalance: false });
    expect(plan).toEqual({ claim: [], move: [], split: [], merge: [] });
    expect(before.length).toBeGreaterThan(0);
  });

  test('leaves a shard in a handoff alone, and counts it for its target', () => {
    const city = new PlannedCity(CITY);
    city.carryOut(city.plan({ takers: ['matcher-0'] }));
    const half = city.live.slice(0, Math.ceil(CITY.length / 2)).map(({ shard }) => shard);
    const moving = new Map(half.map((shard) => [shard, 'matcher-1']));
    expect(city.plan({ takers: ['matcher-0', 'matcher-1'], moving }).move).toEqual([]);
  });

  test('keeps neighbours together: borders stay nearly as short as those of a fresh division', () => {
    const wide = gridDisk(latLngToCell(40.75, -73.98, 6), 9);
    const fresh = new PlannedCity(wide);
    fresh.carryOut(fresh.plan({ takers: INSTANCES }));
    const grown = new PlannedCity(wide);
    grown.carryOut(grown.plan({ takers: INSTANCES.slice(0, 1) }));
    for (let members = 2; members <= INSTANCES.length; members++) grown.settle(INSTANCES.slice(0, members));
    expect(borderLength(grown)).toBeLessThan(1.6 * borderLength(fresh));
  });
});

describe('hot shards', () => {
  test('split until they can be shared, and merge once they have been cold for long', () => {
    const city = new PlannedCity(CITY);
    const names = ['matcher-0', 'matcher-1', 'matcher-2'];
    city.settle(names);
    const [hot] = CITY;
    city.setLoad(hot!, 900);
    city.settle(names);
    expect(city.state.rows.get(hot!)?.retired).toBe(true);
    const loads = city.loadsByOwner(names);
    expect(Math.max(...loads)).toBeLessThan(0.6 * 900);
    city.setLoad(hot!, 0);
    city.settle(names);
    expect(city.live.map(({ shard }) => shard).sort()).toEqual([...CITY].sort());
  });

  test('split a pentagon into six', () => {
    const [pentagon] = getPentagons(6);
    const city = new PlannedCity([pentagon!]);
    city.carryOut(city.plan({ takers: INSTANCES }));
    city.setLoad(pentagon!, 500);
    city.carryOut(city.plan({ takers: INSTANCES }));
    expect(city.live).toHaveLength(6);
  });

  test('do not split for a single matcher', () => {
    const city = new PlannedCity(CITY);
    city.setLoad(CITY[0]!, 900);
    city.carryOut(city.plan({ takers: ['matcher-0'] }));
    expect(city.plan({ takers: ['matcher-0'] })).toEqual({ claim: [], move: [], split: [], merge: [] });
  });
});

/** Pairs of neighbouring shards with different owners. */
function borderLength(city: PlannedCity): number {
  const topology = ShardTopology.of(city.live.map(({ shard }) => shard));
  const owners = topology.shards.map((shard) => city.state.rows.get(shard)?.owner);
  let length = 0;
  owners.forEach((owner, shard) => {
    for (const neighbor of topology.neighbors.slice(topology.starts[shard], topology.starts[shard + 1]))
      if (owners[neighbor] !== owner) length++;
  });
  return length / 2;
}
