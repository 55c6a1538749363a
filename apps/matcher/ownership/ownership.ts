import { Inject, Injectable } from '@nestjs/common';
import {
  answer,
  ShardMap,
  type OwnershipAnswer,
  type RoutedTo,
  type ShardClaim,
  type ShardKey,
} from '#libs/ownership';
import { CONFIG, LOGGER, type BaseConfig, type Logger } from '#libs/service';
import { ownershipChange, type OwnershipChange } from './ownership-change.ts';

type Listener = (change: OwnershipChange) => void;

/** What this instance knows of the shard map, and which shards are its own. Takes only higher epochs. */
@Injectable()
export class Ownership {
  readonly self: string;
  readonly #logger: Logger;
  readonly #listeners: Listener[] = [];
  #map = ShardMap.empty;
  #own: ReadonlyMap<ShardKey, ShardClaim> = new Map();

  constructor(@Inject(CONFIG) config: BaseConfig, @Inject(LOGGER) logger: Logger) {
    this.self = config.instance;
    this.#logger = logger;
  }

  /** The claims of the shards that are owned here, by shard. */
  get own(): ReadonlyMap<ShardKey, ShardClaim> {
    return this.#own;
  }

  /** Shards anybody owns, as far as is known here. */
  get knownShards(): number {
    return this.#map.size;
  }

  /** Calls at once, within the merge, for every merge that changes what is owned here. */
  onChange(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Takes in claims from whatever source; older ones than known do nothing. */
  merge(claims: Iterable<ShardClaim>): void {
    const before = this.#map;
    const { map, changed } = before.merge(claims);
    if (changed.length === 0) return;
    this.#map = map;
    const change = ownershipChange(before, changed, this.self);
    if (change.gained.length + change.renewed.length + change.lost.length === 0) return;
    this.#own = new Map(map.ownedBy(this.self).map((claim) => [claim.shard, claim]));
    this.#log(change);
    for (const listener of this.#listeners) listener(change);
  }

  /** How a request that believes this instance owns a shard at an epoch is to be answered. */
  answer(request: RoutedTo): OwnershipAnswer {
    return answer(this.#map, request, this.self);
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
