import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { BUS, CommandClient, subscribeJson } from '#libs/bus';
import { getShardMap, SHARD_MAP_SUBJECT, shardMapMessage } from '#libs/contracts';
import { ShardMap, type ShardClaim } from '#libs/ownership';
import {
  CLOCK,
  HEALTH,
  LOGGER,
  type Cancel,
  type Clock,
  type Health,
  type Logger,
  machineTime,
} from '#libs/service';

/** While there is no map at all nothing can be quoted: ask often. */
const RETRY_INTERVAL_MS = 500;
/** NATS only hints: whatever was missed is known after this long at the latest. */
const RELOAD_INTERVAL_MS = 5_000;

/** The shard map as this process knows it: loaded, followed, reloaded; only ever towards higher epochs. */
@Injectable()
export class ShardMapReader implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #bus: NatsConnection;
  readonly #commands: CommandClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #map = ShardMap.empty;
  #hints: Subscription | undefined;
  #cancelReload: Cancel = () => {};
  #failing = false;
  #stopped = false;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    @Inject(CommandClient) commands: CommandClient,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(HEALTH) health: Health,
  ) {
    this.#bus = bus;
    this.#commands = commands;
    this.#clock = clock;
    this.#logger = logger;
    health.add('shard_map', () => (this.#map.size > 0 ? undefined : 'not read yet'));
  }

  onApplicationBootstrap(): void {
    this.#hints = subscribeJson(
      this.#bus,
      SHARD_MAP_SUBJECT,
      shardMapMessage,
      ({ shards }) => this.learn(shards),
      (error, subject) =>
        this.#logger.warn({ event: 'message_invalid', subject, err: error }, 'a shard map hint was dropped'),
    );
    void this.#reload();
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    this.#cancelReload();
    this.#hints?.unsubscribe();
  }

  /** Empty until it could be read for the first time. */
  get map(): ShardMap {
    return this.#map;
  }

  /** Takes over what is newer, from a hint, the source, or a matcher that answered `moved`. */
  learn(claims: Iterable<ShardClaim>): void {
    const { map, changed } = this.#map.merge(claims);
    this.#map = map;
    if (changed.length > 0)
      this.#logger.info({ event: 'shard_map_changed', shards: map.size, changed: changed.length });
  }

  async #reload(): Promise<void> {
    try {
      const { shards } = await this.#commands.call(getShardMap, {});
      this.learn(shards);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ event: 'shard_map_unread', err: error });
      this.#failing = true;
    }
    if (this.#stopped) return;
    const waitMs = this.#map.size === 0 ? RETRY_INTERVAL_MS : RELOAD_INTERVAL_MS;
    this.#cancelReload = this.#clock.after(machineTime(this.#clock, waitMs), () => void this.#reload());
  }
}
