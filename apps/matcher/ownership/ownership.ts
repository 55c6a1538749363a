import { Inject, Injectable } from '@nestjs/common';
import {
  answer,
  type OwnershipAnswer,
  type RoutedTo,
  type ShardClaim,
  type ShardKey,
  type ShardMap,
} from '#libs/ownership';
import { CONFIG, LOGGER, type BaseConfig, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { ownershipChange, type OwnershipChange } from './ownership-change.ts';

type Listener = (change: OwnershipChange) => void;

/** Which shards of the map are this instance's own. */
@Injectable()
export class Ownership {
  readonly self: string;
  readonly #shards: LiveShardMap;
  readonly #logger: Logger;
  readonly #listeners: Listener[] = [];
  #own: ReadonlyMap<ShardKey, ShardClaim> = new Map();

  constructor(
    @Inject(CONFIG) config: BaseConfig,
    @Inject(LiveShardMap) shards: LiveShardMap,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.self = config.instance;
    this.#shards = shards;
    this.#logger = logger;
    shards.onChange((before, changed) => this.#update(before, changed));
  }

  /** The claims of the shards that are owned here, by shard. */
  get own(): ReadonlyMap<ShardKey, ShardClaim> {
    return this.#own;
  }

  /** Calls at once, within the {@link LiveShardMap.learn} that changes what is owned here. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** How a request that believes this instance owns a shard at an epoch is to be answered. */
  answer(request: RoutedTo): OwnershipAnswer {
    return answer(this.#shards.map, request, this.self);
  }

  #update(before: ShardMap, changed: readonly ShardClaim[]): void {
    const change = ownershipChange(before, changed, this.self);
    if (change.gained.length + change.renewed.length + change.lost.length === 0) return;
    this.#own = new Map(this.#shards.map.ownedBy(this.self).map((claim) => [claim.shard, claim]));
    this.#log(change);
    for (const listener of this.#listeners) listener(change);
  }

  #log({ gained, renewed, lost }: OwnershipChange): void {
    this.#logger.info(
      {
        event: 'ownership_changed',
        gained: gained.map(shardAtEpoch),
        renewed: renewed.map(shardAtEpoch),
        lost: lost.map((claim) => `${shardAtEpoch(claim)} ${claim.owner ?? 'nobody'}`),
        shards_owned: this.#own.size,
      },
      `owns ${this.#own.size} shards`,
    );
  }
}

function shardAtEpoch({ shard, epoch }: ShardClaim): string {
  return `${shard}@${epoch}`;
}
