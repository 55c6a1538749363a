import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { ShardLoad } from '../shard-load.ts';
import type { Snapshot } from './snapshot.ts';

interface Told {
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
  readonly atMs: number;
}

/** Instances whose word is kept. */
const MAX_INSTANCES = 4_096;

/** What the matchers' heartbeats said of the load of their shards. */
export class KnownLoads {
  readonly #ttlMs: number;
  readonly #told = new Map<InstanceName, Told>();

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
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

  /** The loads of all live shards by the word of their present owners. */
  ofShards({ rows }: Snapshot, nowMs: number): Map<ShardKey, ShardLoad> {
    const loads = new Map<ShardKey, ShardLoad>();
    for (const { shard, owner } of rows.values()) {
      const load = owner === null ? undefined : this.ofInstance(owner, nowMs).get(shard);
      if (load !== undefined) loads.set(shard, load);
    }
    return loads;
  }

  ofInstance(instance: InstanceName, nowMs: number): ReadonlyMap<ShardKey, ShardLoad> {
    const told = this.#told.get(instance);
    return told === undefined || nowMs - told.atMs > this.#ttlMs ? new Map() : told.loads;
  }
}
