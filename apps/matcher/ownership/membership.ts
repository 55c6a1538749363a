import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { joinShards, leaveShards } from '#libs/contracts';
import { HEALTH, LOGGER, OutageLog, type Health, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { Ownership } from './ownership.ts';

/** Real time: a compressed clock makes no other process start faster. */
const JOIN_RETRY_MS = 500;
/** Longer than this a leaving matcher does not wait for its shards to be taken; the next join takes them. */
const LEAVE_LIMIT_MS = 3_000;

/** Asks for this instance's share of the shards when it comes up and hands it back when it goes down. */
@Injectable()
export class Membership implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #commands: CommandClient;
  readonly #ownership: Ownership;
  readonly #shards: LiveShardMap;
  readonly #logger: Logger;
  readonly #outage: OutageLog;
  readonly #incarnation = randomUUID();
  readonly #stop = new AbortController();
  #joining: Promise<void> = Promise.resolve();
  #joined = false;

  constructor(
    @Inject(CommandClient) commands: CommandClient,
    @Inject(Ownership) ownership: Ownership,
    @Inject(LiveShardMap) shards: LiveShardMap,
    @Inject(HEALTH) health: Health,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#commands = commands;
    this.#ownership = ownership;
    this.#shards = shards;
    this.#logger = logger;
    this.#outage = new OutageLog(logger, 'joining the matchers');
    // One without a shard is ready all the same: it takes over the moment another one leaves.
    health.add('membership', () => (this.#joined ? undefined : 'has not joined the matchers yet'));
  }

  get joined(): boolean {
    return this.#joined;
  }

  /** Does not wait: a matcher that nobody gave shards yet is alive, and says in its readiness what it lacks. */
  onApplicationBootstrap(): void {
    this.#joining = this.#joinUntilAnswered();
  }

  onModuleDestroy(): void {
    this.#stop.abort();
  }

  /** Rounds have stopped by now (they end in `onModuleDestroy`), so no offer goes out for a shard that was left. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.#leave(), sleep(LEAVE_LIMIT_MS, undefined, { ref: false })]);
  }

  async #joinUntilAnswered(): Promise<void> {
    while (!this.#stop.signal.aborted && !(await this.#join())) {
      await sleep(JOIN_RETRY_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #join(): Promise<boolean> {
    try {
      const { shards } = await this.#commands.call(joinShards, {
        matcher: this.#ownership.self,
        incarnation: this.#incarnation,
      });
      this.#joined = true;
      this.#outage.worked();
      this.#shards.learn(shards);
    } catch (error) {
      this.#outage.failed(error);
    }
    return this.#joined;
  }

  /** Also where no join was ever answered: one may have been carried out all the same. */
  async #leave(): Promise<void> {
    await this.#joining;
    try {
      const { shards } = await this.#commands.call(leaveShards, {
        matcher: this.#ownership.self,
        incarnation: this.#incarnation,
      });
      this.#shards.learn(shards);
      this.#logger.info({ event: 'left' }, 'handed the shards back');
    } catch (error) {
      this.#logger.warn({ event: 'leave_failed', err: error }, 'could not hand the shards back');
    }
  }
}
