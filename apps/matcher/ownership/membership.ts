import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { joinShards, leaveShards } from '#libs/contracts';
import { HEALTH, LOGGER, OutageLog, type Health, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { INCARNATION } from './incarnation.ts';
import { Ownership } from './ownership.ts';

/** Real time: a compressed clock makes no other process start faster. */
const JOIN_RETRY_MS = 500;
/** Who owns nothing asks again so often: its membership may have been forgotten. */
const REJOIN_INTERVAL_MS = 5_000;
/** Longer than this a leaving matcher does not wait for its shards to be taken; then its silence tells. */
const LEAVE_LIMIT_MS = 5_000;
const LEAVE_POLL_MS = 200;
/** With nobody there to hand the shards to others, a leaving matcher asks so often and then goes. */
const MAX_UNANSWERED_LEAVES = 3;

/**
 * Makes this instance a member when it comes up, and asks for its shards to be handed to others when it goes down. It
 * goes on matching what it still has while it leaves.
 */
@Injectable()
export class Membership implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #identity: { matcher: string; incarnation: string };
  readonly #outage: OutageLog;
  readonly #stop = new AbortController();
  #joining: Promise<void> = Promise.resolve();
  #joined = false;

  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly shards: LiveShardMap,
    @Inject(INCARNATION) incarnation: string,
    @Inject(HEALTH) health: Health,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#identity = { matcher: ownership.self, incarnation };
    this.#outage = new OutageLog(logger, 'joining the matchers');
    // One without a shard is ready all the same: it takes over the moment another one leaves.
    health.add('membership', () => (this.#joined ? undefined : 'has not joined the matchers yet'));
  }

  get joined(): boolean {
    return this.#joined;
  }

  /** Does not wait: a matcher that nobody gave shards yet is alive, and says in its readiness what it lacks. */
  onApplicationBootstrap(): void {
    this.#joining = this.#keepJoined();
  }

  /** The first thing to do on the way down: rounds, sweeps and heartbeats go on until the shards are others'. */
  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    await this.#joining;
    const limit = AbortSignal.timeout(LEAVE_LIMIT_MS);
    await Promise.race([this.#leave(limit), sleep(LEAVE_LIMIT_MS, undefined, { ref: false })]);
  }

  async #keepJoined(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const mustAsk = !this.#joined || this.ownership.own.size === 0;
      const answered = mustAsk ? await this.#join() : true;
      await this.#pause(answered ? REJOIN_INTERVAL_MS : JOIN_RETRY_MS);
    }
  }

  #pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async #join(): Promise<boolean> {
    try {
      const { shards } = await this.commands.call(joinShards, this.#identity);
      this.#joined = true;
      this.#outage.worked();
      this.shards.learn(shards);
      return true;
    } catch (error) {
      this.#outage.failed(error);
      return false;
    }
  }

  /** Also where no join was ever answered: one may have been carried out all the same. */
  async #leave(limit: AbortSignal): Promise<void> {
    let unanswered = 0;
    while (!limit.aborted && unanswered < MAX_UNANSWERED_LEAVES) {
      const left = await this.#shardsLeft();
      if (left === 0) return this.logger.info({ event: 'left' }, 'handed the shards over');
      unanswered = left === undefined ? unanswered + 1 : 0;
      await sleep(LEAVE_POLL_MS);
    }
    this.logger.warn({ event: 'leave_failed', shards: this.ownership.own.size }, 'goes with shards left');
  }

  /** Undefined where nobody answered. */
  async #shardsLeft(): Promise<number | undefined> {
    try {
      const { shards } = await this.commands.call(leaveShards, this.#identity);
      return shards.length;
    } catch {
      return undefined;
    }
  }
}
