import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  answer,
  Tenure,
  type HandedShard,
  type OwnershipAnswer,
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

/** What this instance may match has changed. */
export interface OwnershipNews extends TenureChange {
  /** Owned still, and not to be matched here any more: on their way to another matcher. */
  readonly drained: readonly ShardKey[];
  /** Drained before, and to be matched here again: the move was given up. */
  readonly resumed: readonly ShardClaim[];
  /** Whether other shards than before are to be listened to. */
  readonly warmChanged: boolean;
}

type Listener = (news: OwnershipNews) => void;

const NOTHING: OwnershipNews = {
  gained: [],
  renewed: [],
  lost: [],
  drained: [],
  resumed: [],
  warmChanged: false,
};

/** How soon a drain or a preparation that has run out is noticed, real time. */
const LEASE_CHECK_MS = 200;
/** Prepared shards that have not come by then are forgotten, real time. */
const PREPARATION_LEASE_MS = 10_000;

/** Which shards of the map are this instance's own, and which of them it may match. */
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

  /** The claims of the shards that are owned here, by shard. */
  get own(): ReadonlyMap<ShardKey, ShardClaim> {
    return this.#tenure.own;
  }

  isMatchable(shard: ShardKey): boolean {
    return this.#tenure.isMatchable(shard);
  }

  /** The claims under which offers may be decided here. */
  matchable(): ShardClaim[] {
    return this.#tenure.matchable();
  }

  /** The shards whose surroundings are to be listened to. */
  warm(): Set<ShardKey> {
    return this.#tenure.warm();
  }

  /** Calls at once, within whatever brings the news. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** How a request that believes this instance owns a shard at an epoch is to be answered. */
  answer(request: RoutedTo): OwnershipAnswer {
    return answer(this.shards.map, request, this.self);
  }

  /** From now on nothing is decided for these shards, until their next claim or the lease's end. */
  drain(shards: readonly HandedShard[], leaseMs: number): ShardKey[] {
    const leaseServiceMs = machineTime(this.clock, leaseMs);
    const drained = this.#tenure.drain(shards, leaseServiceMs, this.clock.now());
    if (drained.length > 0) this.#tell({ ...NOTHING, drained });
    return drained;
  }

  prepare(shards: readonly HandedShard[]): void {
    const leaseMs = machineTime(this.clock, PREPARATION_LEASE_MS);
    const fresh = this.#tenure.prepare(shards, leaseMs, this.clock.now());
    if (fresh.length > 0) this.#tell({ ...NOTHING, warmChanged: true });
  }

  #expire(): void {
    const { resumed, cooled } = this.#tenure.expire(this.clock.now());
    if (resumed.length + cooled.length === 0) return;
    const claims = resumed.flatMap((shard) => this.own.get(shard) ?? []);
    this.#tell({ ...NOTHING, resumed: claims, warmChanged: cooled.length > 0 });
  }

  #update(): void {
    const change = this.#tenure.update(this.shards.map);
    const { gained, renewed, lost } = change;
    if (gained.length + renewed.length + lost.length === 0) return;
    this.#log(change);
    this.#tell({ ...NOTHING, ...change, warmChanged: gained.length + lost.length > 0 });
  }

  #tell(news: OwnershipNews): void {
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
