import { cellKeyFromH3, cellKeyRes } from '#libs/geo';
import { parentShard } from '../split-merge.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { ShardLoad } from '../shard-load.ts';
import type { Snapshot } from './snapshot.ts';

interface Told {
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
  readonly atMs: number;
}

/** What a shard was taken to have when plans were made. */
interface Remembered {
  readonly owner: InstanceName;
  readonly sinceMs: number;
  /** By the word of its owner before, or a part of what the shard had that it was split from. */
  readonly inherited: ShardLoad | undefined;
  readonly load: ShardLoad | undefined;
}

/** How many instances' reports of load are kept. */
const MAX_INSTANCES = 4_096;
/** Cells into which one divides. */
const CHILDREN = 7;

/**
 * What the matchers' heartbeats said of the load of their shards. A new owner has not seen all of a shard's load yet: for
 * some time it counts for as much as it did before, or plans would take the shard for idle and send more after it.
 */
export class KnownLoads {
  readonly #ttlMs: number;
  readonly #settleMs: number;
  readonly #told = new Map<InstanceName, Told>();
  /** Of the live shards only. */
  #remembered: ReadonlyMap<ShardKey, Remembered> = new Map();

  constructor({ loadTtlMs, loadSettleMs }: { readonly loadTtlMs: number; readonly loadSettleMs: number }) {
    this.#ttlMs = loadTtlMs;
    this.#settleMs = loadSettleMs;
  }

  take(instance: InstanceName, loads: ReadonlyMap<ShardKey, ShardLoad>, nowMs: number): void {
    this.#told.delete(instance);
    this.#told.set(instance, { loads, atMs: nowMs });
    if (this.#told.size <= MAX_INSTANCES) return;
    for (const oldest of this.#told.keys()) {
      this.#told.delete(oldest);
      return;
    }
  }

  /** The loads of all live shards, for a plan. */
  ofShards({ rows }: Snapshot, nowMs: number): Map<ShardKey, ShardLoad> {
    const remembered = new Map<ShardKey, Remembered>();
    for (const { shard, owner, retired } of rows.values()) {
      if (retired) continue;
      const before = this.#remembered.get(shard);
      if (owner !== null) remembered.set(shard, this.#now(shard, owner, before, nowMs));
      else if (before !== undefined) remembered.set(shard, before);
    }
    this.#remembered = remembered;
    const loads = new Map<ShardKey, ShardLoad>();
    for (const [shard, { load }] of remembered) if (load !== undefined) loads.set(shard, load);
    return loads;
  }

  ofInstance(instance: InstanceName, nowMs: number): ReadonlyMap<ShardKey, ShardLoad> {
    const told = this.#told.get(instance);
    return told === undefined || nowMs - told.atMs > this.#ttlMs ? new Map() : told.loads;
  }

  #now(shard: ShardKey, owner: InstanceName, before: Remembered | undefined, nowMs: number): Remembered {
    const isNew = before?.owner !== owner;
    const inherited = isNew ? (before?.load ?? this.#partOfAncestor(shard)) : before.inherited;
    const sinceMs = isNew ? nowMs : before.sinceMs;
    const told = this.ofInstance(owner, nowMs).get(shard);
    const load = nowMs - sinceMs < this.#settleMs ? heavier(told, inherited) : told;
    return { owner, sinceMs, inherited, load };
  }

  #partOfAncestor(shard: ShardKey): ShardLoad | undefined {
    if (cellKeyRes(cellKeyFromH3(shard)) === 0) return undefined;
    const load = this.#remembered.get(parentShard(shard))?.load;
    return load === undefined ? undefined : scaled(load, 1 / CHILDREN);
  }
}

function heavier(a: ShardLoad | undefined, b: ShardLoad | undefined): ShardLoad | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.busyMsPerS >= b.busyMsPerS ? a : b;
}

function scaled({ openTrips, requestsPerS, pingsPerS, busyMsPerS }: ShardLoad, factor: number): ShardLoad {
  return {
    openTrips: openTrips * factor,
    requestsPerS: requestsPerS * factor,
    pingsPerS: pingsPerS * factor,
    busyMsPerS: busyMsPerS * factor,
  };
}
