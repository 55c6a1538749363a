import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, CommandClient, subscribeJson } from '#libs/bus';
import { getShardMap, SHARD_MAP_SUBJECT, shardMapMessage } from '#libs/contracts';
import { CLOCK, LOGGER, machineTime, OutageLog, type Cancel, type Clock, type Logger } from '#libs/service';
import { Ownership } from './ownership.ts';

/** NATS only hints: whatever was missed is known after this long at the latest. */
const RELOAD_INTERVAL_MS = 5_000;

/** Keeps the shard map current: by hints, by reloading now and then, and at once where somebody knows more. */
@Injectable()
export class ShardMapFollower implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #bus: NatsConnection;
  readonly #commands: CommandClient;
  readonly #ownership: Ownership;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #outage: OutageLog;
  #cancelReload: Cancel = () => {};
  #reloading: Promise<void> | undefined;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    @Inject(CommandClient) commands: CommandClient,
    @Inject(Ownership) ownership: Ownership,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#bus = bus;
    this.#commands = commands;
    this.#ownership = ownership;
    this.#clock = clock;
    this.#logger = logger;
    this.#outage = new OutageLog(logger, 'reading the shard map');
  }

  onApplicationBootstrap(): void {
    subscribeJson(
      this.#bus,
      SHARD_MAP_SUBJECT,
      shardMapMessage,
      ({ shards }) => this.#ownership.merge(shards),
      (error) => this.#logger.warn({ event: 'message_invalid', subject: SHARD_MAP_SUBJECT, err: error }),
    );
    this.#cancelReload = this.#clock.every(
      machineTime(this.#clock, RELOAD_INTERVAL_MS),
      () => void this.reload(),
    );
  }

  onApplicationShutdown(): void {
    this.#cancelReload();
  }

  /** Reads the map from its source. Asked again while it reads, it answers when that read is done. Never throws. */
  reload(): Promise<void> {
    this.#reloading ??= this.#read().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #read(): Promise<void> {
    try {
      const { shards } = await this.#commands.call(getShardMap, {});
      this.#ownership.merge(shards);
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }
}
