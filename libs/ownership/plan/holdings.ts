import { cellKeyFromH3, cellKeyRes } from '#libs/geo';
import type { PlanInput } from '../plan-io.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import { baseLoad, type PlanParams } from './plan-params.ts';
import type { ShardTopology } from './shard-topology.ts';

/** Cells into which one divides. */
const CHILDREN = 7;

/** Owner of a shard that nobody living has. */
export const NOBODY = -1;

/**
 * Who has what while a plan is made, by index: instances 0 to `takerCount` - 1 are takers in the order of their names,
 * those after them leave, the last ones keep.
 */
export class Holdings {
  readonly topology: ShardTopology;
  readonly instances: readonly InstanceName[];
  readonly takerCount: number;
  /** What a shard of the coarsest resolution counts besides its measured load; finer ones count by their area. */
  readonly base: number;
  readonly #coarsestRes: number;
  readonly #leaverCount: number;
  readonly owners: Int32Array;
  /** What each shard weighs. */
  readonly weights: Float64Array;
  /** What each instance has, and how many. */
  readonly loads: Float64Array;
  readonly counts: Int32Array;
  /** 1: moved lately; 2: on its way. */
  readonly fixed: Uint8Array;
  /** Sums of the places of each instance's shards. */
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

  /** How far a shard is from the middle of an instance's shards, squared; Infinity where it has none. */
  squareFrom(shard: number, owner: number): number {
    const count = this.counts[owner] as number;
    if (count === 0) return Infinity;
    const dx = (this.topology.x[shard] as number) - (this.#sumX[owner] as number) / count;
    const dy = (this.topology.y[shard] as number) - (this.#sumY[owner] as number) / count;
    return dx * dx + dy * dy;
  }

  /** How many neighbours of a shard an instance has. */
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
    // In the order of the topology: sums of places and loads depend on the order in their last digits.
    for (const [shard, key] of this.topology.shards.entries()) {
      const row = rows.get(key);
      if (row === undefined) continue;
      this.weights[shard] = this.#baseOf(row.shard) + (input.loads.get(row.shard)?.busyMsPerS ?? 0);
      const heading = input.moving.get(row.shard);
      const movedAtMs = input.lastMovedAtMs.get(row.shard) ?? -Infinity;
      const isCooling = input.nowMs - movedAtMs < params.moveCooldownMs;
      // What is on its way counts where it goes.
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
