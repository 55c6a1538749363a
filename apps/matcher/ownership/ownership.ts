import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { z } from 'zod';
import {
  answer,
  Tenure,
  type HandedShard,
  type RoutedTo,
  type ShardClaim,
  type ShardKey,
  type TenureChange,
} from '#libs/ownership';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  machineTime,
  type BaseConfig,
  type Cancel,
  type Clock,
  type Logger,
} from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import type { moved } from '#libs/contracts';

/** A change in what this instance may match. */
export interface OwnershipNews extends TenureChange {
  /** Still owned, but no longer matched here: being handed to another matcher. */
  readonly drained: readonly ShardKey[];
  /** Drained before and matched here again: the handoff was given up. */
  readonly resumed: readonly ShardClaim[];
  /** The set of shards to listen to has changed. */
  readonly warmChanged: boolean;
}

export type MovedReply = z.infer<typeof moved>;

type Listener = (news: OwnershipNews) => void;

const NOTHING: OwnershipNews = {
  gained: [],
  renewed: [],
  lost: [],
  drained: [],
  resumed: [],
  warmChanged: false,
};

/** How soon an expired drain or preparation is noticed, wall time. */
const LEASE_CHECK_MS = 200;
/** How long prepared shards are kept before they are forgotten because they did not arrive, wall time. */
const PREPARATION_LEASE_MS = 10_000;

/** The shards that this instance owns, and which of them it may match. */
@Injectable()
export class Ownership implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly self: string;
  readonly #tenure: Tenure;
  readonly #listeners: Listener[] = [];
  #cancelCheck: Cancel = () => {};

  constructor(
    @Inject(CONFIG) config: BaseConfig,
    private readonly shards: LiveShardMap,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.self = config.instance;
    this.#tenure = new Tenure(config.instance);
    shards.onChange(() => this.#update());
  }

  onApplicationBootstrap(): void {
    const intervalMs = machineTime(this.clock, LEASE_CHECK_MS);
    this.#cancelCheck = this.clock.every(intervalMs, () => this.#expire());
  }

  onApplicationShutdown(): void {
    this.#cancelCheck();
  }

  /** The claims of the owned shards, by shard. */
  get own(): ReadonlyMap<ShardKey, ShardClaim> {
    return this.#tenure.own;
  }

  isMatchable(shard: ShardKey): boolean {
    return this.#tenure.isMatchable(shard);
  }

  /** The claims under which this instance may decide offers. */
  matchable(): ShardClaim[] {
    return this.#tenure.matchable();
  }

  /** The shards whose positions this instance listens to: owned and prepared ones. */
  warm(): Set<ShardKey> {
    return this.#tenure.warm();
  }

  /** The listener is called synchronously with each change. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /**
   * Checks a request about a shard before it is served. Returns the refusal, which names the owner; undefined if this
   * instance owns the shard at the sender's epoch.
   */
  refuse(request: RoutedTo): MovedReply | undefined {
    const reply = answer(this.shards.map, request, this.self);
    if (reply.result === 'ok') return undefined;
    // The sender knows a later epoch, or a shard missing from this map.
    if (reply.claim === null) void this.shards.reload();
    return reply;
  }

  /** Stops deciding for these shards until their next claim or the end of the lease. */
  drain(shards: readonly HandedShard[], leaseMs: number): ShardKey[] {
    const leaseServiceMs = machineTime(this.clock, leaseMs);
    const drained = this.#tenure.drain(shards, leaseServiceMs, this.clock.now());
    if (drained.length > 0) this.#notify({ ...NOTHING, drained });
    return drained;
  }

  prepare(shards: readonly HandedShard[]): void {
    const leaseMs = machineTime(this.clock, PREPARATION_LEASE_MS);
    const fresh = this.#tenure.prepare(shards, leaseMs, this.clock.now());
    if (fresh.length > 0) this.#notify({ ...NOTHING, warmChanged: true });
  }

  #expire(): void {
    const { resumed, cooled } = this.#tenure.expire(this.clock.now());
    if (resumed.length + cooled.length === 0) return;
    const claims = resumed.flatMap((shard) => this.own.get(shard) ?? []);
    this.#notify({ ...NOTHING, resumed: claims, warmChanged: cooled.length > 0 });
  }

  #update(): void {
    const change = this.#tenure.update(this.shards.map);
    const { gained, renewed, lost } = change;
    if (gained.length + renewed.length + lost.length === 0) return;
    this.#log(change);
    this.#notify({ ...NOTHING, ...change, warmChanged: gained.length + lost.length > 0 });
  }

  #notify(news: OwnershipNews): void {
    for (const listener of this.#listeners) listener(news);
  }

  #log({ gained, renewed, lost }: TenureChange): void {
    this.logger.info(
      {
        event: 'ownership_changed',
        at_ms: Date.now(),
        gained: gained.map(shardAtEpoch),
        renewed: renewed.map(shardAtEpoch),
        lost: lost.map(shardAtEpoch),
        shards_owned: this.own.size,
      },
      `owns ${this.own.size} shards`,
    );
  }
}

function shardAtEpoch({ shard, epoch }: ShardClaim): string {
  return `${shard}@${epoch}`;
}
