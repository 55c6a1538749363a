import { cellKeyFromH3, cellKeyRes } from '#libs/geo';
import { parentShard } from '../split-merge.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { ShardLoad } from '../shard-load.ts';
import type { Snapshot } from './snapshot.ts';

interface ReportedLoads {
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
  readonly atMs: number;
}

/** The load that plans assume for a shard. */
interface AssumedLoad {
  readonly owner: InstanceName;
  readonly sinceMs: number;
  /** The load under its former owner, or a part of the load of its former parent. */
  readonly inherited: ShardLoad | undefined;
  readonly load: ShardLoad | undefined;
}

/** How many instances have their load reports kept. */
const MAX_INSTANCES = 4_096;
/** Children of a cell. */
const CHILDREN = 7;

/**
 * The shard loads from the matchers' heartbeats. A new owner has not yet measured all of a shard's load, so the shard
 * counts for some time with at least its former load. Otherwise plans would take it for idle and move more shards after
 * it.
 */
export class KnownLoads {
  readonly #ttlMs: number;
  readonly #settleMs: number;
  readonly #reported = new Map<InstanceName, ReportedLoads>();
  /** Live shards only. */
  #assumed: ReadonlyMap<ShardKey, AssumedLoad> = new Map();

  constructor({ loadTtlMs, loadSettleMs }: { readonly loadTtlMs: number; readonly loadSettleMs: number }) {
    this.#ttlMs = loadTtlMs;
    this.#settleMs = loadSettleMs;
  }

  take(instance: InstanceName, loads: ReadonlyMap<ShardKey, ShardLoad>, nowMs: number): void {
    this.#reported.delete(instance);
    this.#reported.set(instance, { loads, atMs: nowMs });
    if (this.#reported.size <= MAX_INSTANCES) return;
    for (const oldest of this.#reported.keys()) {
      this.#reported.delete(oldest);
      return;
    }
  }

  /** The loads of all live shards, for a plan. */
  ofShards({ rows }: Snapshot, nowMs: number): Map<ShardKey, ShardLoad> {
    const assumed = new Map<ShardKey, AssumedLoad>();
    for (const { shard, owner, retired } of rows.values()) {
      if (retired) continue;
      const before = this.#assumed.get(shard);
      if (owner !== null) assumed.set(shard, this.#assumedLoadOf(shard, owner, before, nowMs));
      else if (before !== undefined) assumed.set(shard, before);
    }
    this.#assumed = assumed;
    const loads = new Map<ShardKey, ShardLoad>();
    for (const [shard, { load }] of assumed) if (load !== undefined) loads.set(shard, load);
    return loads;
  }

  ofInstance(instance: InstanceName, nowMs: number): ReadonlyMap<ShardKey, ShardLoad> {
    const reported = this.#reported.get(instance);
    return reported === undefined || nowMs - reported.atMs > this.#ttlMs ? new Map() : reported.loads;
  }

  #assumedLoadOf(
    shard: ShardKey,
    owner: InstanceName,
    before: AssumedLoad | undefined,
    nowMs: number,
  ): AssumedLoad {
    const isNew = before?.owner !== owner;
    const inherited = isNew ? (before?.load ?? this.#partOfAncestor(shard)) : before.inherited;
    const sinceMs = isNew ? nowMs : before.sinceMs;
    const reported = this.ofInstance(owner, nowMs).get(shard);
    const load = nowMs - sinceMs < this.#settleMs ? heavier(reported, inherited) : reported;
    return { owner, sinceMs, inherited, load };
  }

  #partOfAncestor(shard: ShardKey): ShardLoad | undefined {
    if (cellKeyRes(cellKeyFromH3(shard)) === 0) return undefined;
    const load = this.#assumed.get(parentShard(shard))?.load;
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
