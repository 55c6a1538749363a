import type { HandedShard } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardMap } from './shard-map.ts';

/** What a newer map means to one instance. */
export interface TenureChange {
  /** Shards it owns now and did not before. */
  readonly gained: readonly ShardClaim[];
  /** Shards it owned and owns still, at a higher epoch. */
  readonly renewed: readonly ShardClaim[];
  /** The claims it had and has no more. */
  readonly lost: readonly ShardClaim[];
}

/** What has run out. */
export interface Expired {
  /** Drained shards that are to be matched again: no new claim came, so the move was given up. */
  readonly resumed: readonly ShardKey[];
  /** Prepared shards that did not come. */
  readonly cooled: readonly ShardKey[];
}

/**
 * What one matcher may do with which shard: its own claims, those of them it was asked to stop matching since they are
 * on their way to another one, and those of others it was asked to get ready for. Drains and preparations are leases:
 * they only help a move to go smoothly, and run out by themselves when it is given up.
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

  /** Takes in the map as it is known now. A new claim, of whomever, ends the drain or the preparation of its shard. */
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

  /** Stops the matching of those that are owned at just that epoch, until a new claim or the lease's end. */
  drain(shards: readonly HandedShard[], leaseMs: number, nowMs: number): ShardKey[] {
    const drained = shards
      .filter(({ shard, epoch }) => this.#own.get(shard)?.epoch === epoch)
      .map(({ shard }) => shard);
    for (const shard of drained) this.#drainedUntilMs.set(shard, nowMs + leaseMs);
    return drained;
  }

  /** Gets ready for shards of others; returns those that are news. */
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

  /** Whether offers for trips of the shard may be decided here. */
  isMatchable(shard: ShardKey): boolean {
    return this.#own.has(shard) && !this.#drainedUntilMs.has(shard);
  }

  /** The claims under which offers may be decided here. */
  matchable(): ShardClaim[] {
    return [...this.#own.values()].filter(({ shard }) => this.isMatchable(shard));
  }

  /** The shards whose surroundings are to be listened to: the own ones and those prepared for. */
  warm(): Set<ShardKey> {
    return new Set([...this.#own.keys(), ...this.#preparedUntilMs.keys()]);
  }
}

function takeExpired(untilMs: Map<ShardKey, number>, nowMs: number): ShardKey[] {
  const expired = [...untilMs].filter(([, until]) => until <= nowMs).map(([shard]) => shard);
  for (const shard of expired) untilMs.delete(shard);
  return expired;
}
