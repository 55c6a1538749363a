import { cellKeyFromH3, cellKeyRes } from '#libs/geo';
import type { PlanInput } from '../plan-io.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import { baseLoad, type PlanParams } from './plan-params.ts';
import type { ShardTopology } from './shard-topology.ts';

/** Children of a cell. */
const CHILDREN = 7;

/** Owner of a shard without a living owner. */
export const NOBODY = -1;

/**
 * Working assignment of shards to instances during planning, by index: instances 0 to `takerCount` - 1 are takers in
 * name order, then come leavers, then keepers.
 */
export class Holdings {
  readonly topology: ShardTopology;
  readonly instances: readonly InstanceName[];
  readonly takerCount: number;
  /** Base load of a shard of the coarsest resolution, in addition to its measured load; finer shards count by area. */
  readonly base: number;
  readonly #coarsestRes: number;
  readonly #leaverCount: number;
  readonly owners: Int32Array;
  /** Weight of each shard: measured plus base load. */
  readonly weights: Float64Array;
  /** Load and number of shards of each instance. */
  readonly loads: Float64Array;
  readonly counts: Int32Array;
  /** 1: moved recently; 2: in a handoff. */
  readonly fixed: Uint8Array;
  /** Sums of the coordinates of each instance's shards. */
  readonly #sumX: Float64Array;
  readonly #sumY: Float64Array;

  constructor(input: PlanInput, topology: ShardTopology, params: PlanParams) {
    const takers = [...input.takers].sort();
    this.topology = topology;
    this.instances = [...takers, ...[...input.leavers].sort(), ...[...input.keepers].sort()];
    this.takerCount = takers.length;
    this.#leaverCount = input.leavers.length;
    this.owners = new Int32Array(topology.size).fill(NOBODY);
    this.base = baseLoad(params, topology.size, takers.length);
    this.#coarsestRes = params.coarsestRes;
    this.weights = Float64Array.from(topology.shards, (shard) => this.#baseOf(shard));
    this.fixed = new Uint8Array(topology.size);
    this.loads = new Float64Array(this.instances.length);
    this.counts = new Int32Array(this.instances.length);
    this.#sumX = new Float64Array(this.instances.length);
    this.#sumY = new Float64Array(this.instances.length);
    this.#fill(input, params);
  }

  /** Mean load of the takers. */
  get meanLoad(): number {
    let total = 0;
    for (let taker = 0; taker < this.takerCount; taker++) total += this.loads[taker] as number;
    return total / this.takerCount;
  }

  isLeaver(owner: number): boolean {
    return owner >= this.takerCount && owner < this.takerCount + this.#leaverCount;
  }

  give(shard: number, owner: number): void {
    const before = this.owners[shard] as number;
    if (before !== NOBODY) this.#account(shard, before, -1);
    this.owners[shard] = owner;
    if (owner !== NOBODY) this.#account(shard, owner, 1);
  }

  /** Squared distance of a shard from the centre of an instance's shards; Infinity if it has none. */
  squareFrom(shard: number, owner: number): number {
    const count = this.counts[owner] as number;
    if (count === 0) return Infinity;
    const dx = (this.topology.x[shard] as number) - (this.#sumX[owner] as number) / count;
    const dy = (this.topology.y[shard] as number) - (this.#sumY[owner] as number) / count;
    return dx * dx + dy * dy;
  }

  /** Number of neighbours of a shard that an instance owns. */
  neighborsOwned(shard: number, owner: number): number {
    const { starts, neighbors } = this.topology;
    let owned = 0;
    for (let slot = starts[shard] as number; slot < (starts[shard + 1] as number); slot++)
      if (this.owners[neighbors[slot] as number] === owner) owned++;
    return owned;
  }

  #fill(input: PlanInput, params: PlanParams): void {
    const numbers = new Map(this.instances.map((instance, number) => [instance, number]));
    const rows = new Map(input.rows.filter(({ retired }) => !retired).map((row) => [row.shard, row]));
    // Iterates in topology order, because the last digits of floating-point sums depend on the order.
    for (const [shard, key] of this.topology.shards.entries()) {
      const row = rows.get(key);
      if (row === undefined) continue;
      this.weights[shard] = this.#baseOf(row.shard) + (input.loads.get(row.shard)?.busyMsPerS ?? 0);
      const heading = input.moving.get(row.shard);
      const movedAtMs = input.lastMovedAtMs.get(row.shard) ?? -Infinity;
      const isCooling = input.nowMs - movedAtMs < params.moveCooldownMs;
      // A shard in a handoff counts for its target.
      const owner = numbers.get(heading ?? '') ?? numbers.get(row.owner ?? '') ?? NOBODY;
      if (heading !== undefined) this.fixed[shard] = 2;
      else if (isCooling) this.fixed[shard] = 1;
      this.give(shard, owner);
    }
  }

  #baseOf(shard: ShardKey): number {
    const splits = cellKeyRes(cellKeyFromH3(shard)) - this.#coarsestRes;
    return this.base / CHILDREN ** splits;
  }

  #account(shard: number, owner: number, sign: 1 | -1): void {
    const add = (to: Float64Array | Int32Array, value: number): void => {
      to[owner] = (to[owner] as number) + sign * value;
    };
    add(this.loads, this.weights[shard] as number);
    add(this.counts, 1);
    add(this.#sumX, this.topology.x[shard] as number);
    add(this.#sumY, this.topology.y[shard] as number);
  }
}
