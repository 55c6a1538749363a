import type { HandedShard } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardMap } from './shard-map.ts';

/** What a newer map changes for one instance. */
export interface TenureChange {
  /** Shards that it did not own before. */
  readonly gained: readonly ShardClaim[];
  /** Shards that it still owns, at a higher epoch. */
  readonly renewed: readonly ShardClaim[];
  /** Claims that it no longer has. */
  readonly lost: readonly ShardClaim[];
}

/** Expired leases. */
export interface Expired {
  /** Drained shards to match again: no new claim came, so the move was given up. */
  readonly resumed: readonly ShardKey[];
  /** Prepared shards that did not arrive. */
  readonly cooled: readonly ShardKey[];
}

/**
 * The rights of one matcher by shard: its own claims, those of them that it must not match because they are being
 * handed over, and the shards of others that it prepares for. Drains and preparations are leases: they only smooth a
 * move, and expire if it is given up.
 */
export class Tenure {
  readonly self: InstanceName;
  #own: ReadonlyMap<ShardKey, ShardClaim> = new Map();
  readonly #drainedUntilMs = new Map<ShardKey, number>();
  readonly #preparedUntilMs = new Map<ShardKey, number>();

  constructor(self: InstanceName) {
    this.self = self;
  }

  /** The current claims of this instance, by shard. */
  get own(): ReadonlyMap<ShardKey, ShardClaim> {
    return this.#own;
  }

  /** Applies the newest map. A new claim, by any instance, ends the drain or preparation of its shard. */
  update(map: ShardMap): TenureChange {
    const before = this.#own;
    const own = new Map(map.ownedBy(this.self).map((claim) => [claim.shard, claim]));
    this.#own = own;
    const gained = [...own.values()].filter(({ shard }) => !before.has(shard));
    const renewed = [...own.values()].filter(
      ({ shard, epoch }) => epoch > (before.get(shard)?.epoch ?? Infinity),
    );
    const lost = [...before.values()].filter(({ shard }) => !own.has(shard));
    for (const { shard } of [...renewed, ...lost]) this.#drainedUntilMs.delete(shard);
    for (const { shard } of gained) this.#preparedUntilMs.delete(shard);
    return { gained, renewed, lost };
  }

  /** Stops matching the shards that are owned at exactly that epoch, until a new claim or the end of the lease. */
  drain(shards: readonly HandedShard[], leaseMs: number, nowMs: number): ShardKey[] {
    const drained = shards
      .filter(({ shard, epoch }) => this.#own.get(shard)?.epoch === epoch)
      .map(({ shard }) => shard);
    for (const shard of drained) this.#drainedUntilMs.set(shard, nowMs + leaseMs);
    return drained;
  }

  /** Prepares for shards of others; returns those not prepared before. */
  prepare(shards: readonly HandedShard[], leaseMs: number, nowMs: number): ShardKey[] {
    const foreign = shards.map(({ shard }) => shard).filter((shard) => !this.#own.has(shard));
    const fresh = foreign.filter((shard) => !this.#preparedUntilMs.has(shard));
    for (const shard of foreign) this.#preparedUntilMs.set(shard, nowMs + leaseMs);
    return fresh;
  }

  /** Ends the leases that have run out. */
  expire(nowMs: number): Expired {
    return {
      resumed: takeExpired(this.#drainedUntilMs, nowMs),
      cooled: takeExpired(this.#preparedUntilMs, nowMs),
    };
  }

  /** Whether this instance may decide offers for trips of the shard. */
  isMatchable(shard: ShardKey): boolean {
    return this.#own.has(shard) && !this.#drainedUntilMs.has(shard);
  }

  /** The claims under which this instance may decide offers. */
  matchable(): ShardClaim[] {
    return [...this.#own.values()].filter(({ shard }) => this.isMatchable(shard));
  }

  /** The shards to listen around: owned and prepared ones. */
  warm(): Set<ShardKey> {
    return new Set([...this.#own.keys(), ...this.#preparedUntilMs.keys()]);
  }
}

function takeExpired(untilMs: Map<ShardKey, number>, nowMs: number): ShardKey[] {
  const expired = [...untilMs].filter(([, until]) => until <= nowMs).map(([shard]) => shard);
  for (const shard of expired) untilMs.delete(shard);
  return expired;
}
