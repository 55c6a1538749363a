import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, publishJson, subscribeJson } from '#libs/bus';
import { SHARD_MAP_SUBJECT, shardMapMessage, type ShardClaimMessage } from '#libs/contracts';
import { cellKeyFromH3 } from '#libs/geo';
import { route, ShardMap, type OwnedShard } from '#libs/ownership';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { readShards, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';

/** The table is the truth; hearing of a change over NATS is only quicker. */
const RELOAD_INTERVAL_MS = 2_000;

/** Who owns which shard, as far as this process knows; only ever learns higher epochs. */
@Injectable()
export class ShardDirectory extends Sweep {
  readonly #store: TripStore;
  readonly #bus: NatsConnection;
  #map = ShardMap.empty;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(BUS) bus: NatsConnection,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('reading the shard map', RELOAD_INTERVAL_MS, clock, logger);
    this.#store = store;
    this.#bus = bus;
    subscribeJson(
      bus,
      SHARD_MAP_SUBJECT,
      shardMapMessage,
      ({ shards }) => this.learn(shards),
      (error) => logger.warn({ event: 'shard_map_unreadable', err: error }),
    );
  }

  route(pickupCell: string): OwnedShard | undefined {
    return route(this.#map, cellKeyFromH3(pickupCell));
  }

  learn(claims: readonly ShardClaimMessage[]): void {
    this.#map = this.#map.merge(claims).map;
  }

  async reload(): Promise<void> {
    this.learn(await readShards(this.#store));
  }

  /** After a commit: everyone who keeps a copy of the map hears of it. */
  publish(claims: readonly ShardClaimMessage[]): void {
    this.learn(claims);
    publishJson(this.#bus, SHARD_MAP_SUBJECT, { shards: claims });
  }

  protected override async sweep(): Promise<void> {
    await this.reload();
  }
}
