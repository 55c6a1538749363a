import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { joinShards, leaveShards } from '#libs/contracts';
import { HEALTH, LOGGER, OutageLog, METRICS, type Health, type Logger, type Metrics } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { Ownership } from './ownership.ts';

/** Injection token of a random id of this run of the process. */
export const INCARNATION = Symbol('hailgrid.incarnation');

export const incarnationProvider = { provide: INCARNATION, useFactory: (): string => randomUUID() };

/**
 * How long a matcher waits before it asks to join again, wall time: a compressed clock starts no other process
 * faster.
 */
const JOIN_RETRY_MS = 500;
/** How often a matcher without shards asks to join again: its membership may have been forgotten. */
const REJOIN_INTERVAL_MS = 5_000;
/**
 * How long a leaving matcher waits for others to take its shards before it exits; the planner then notices its
 * silence.
 */
const LEAVE_LIMIT_MS = 5_000;
/** How often a leaving matcher asks which shards it still owns. */
const LEAVE_POLL_MS = 200;
/** How often a leaving matcher asks without an answer before it exits: there may be no planner. */
const MAX_UNANSWERED_LEAVES = 3;

/** Joins the matchers at start, and hands the shards over at shutdown. Matching continues during the handover. */
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
    // A matcher without shards is ready too: it takes over as soon as another one leaves.
    health.add('membership', () => (this.#joined ? undefined : 'has not joined the matchers yet'));
  }

  get joined(): boolean {
    return this.#joined;
  }

  /** Does not wait: a matcher that has not joined yet is alive, and its readiness says what is missing. */
  onApplicationBootstrap(): void {
    this.#joining = this.#keepJoined();
  }

  /**
   * Nest runs all `onModuleDestroy` hooks before any `beforeApplicationShutdown`, where rounds, sweeps and heartbeats
   * stop: they go on until the shards have new owners.
   */
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

  /** Runs even if no join was ever answered: a join may have been committed without its reply arriving. */
  async #leave(limit: AbortSignal): Promise<void> {
    let unanswered = 0;
    while (!limit.aborted && unanswered < MAX_UNANSWERED_LEAVES) {
      const left = await this.#shardsLeft();
      if (left === 0) return this.logger.info({ event: 'left' }, 'handed the shards over');
      unanswered = left === undefined ? unanswered + 1 : 0;
      await sleep(LEAVE_POLL_MS);
    }
    this.logger.warn(
      { event: 'leave_failed', shards: this.ownership.own.size },
      'exits while it still owns shards',
    );
  }

  /** Undefined without a reply. */
  async #shardsLeft(): Promise<number | undefined> {
    try {
      const { shards } = await this.commands.call(leaveShards, this.#identity);
      return shards.length;
    } catch {
      return undefined;
    }
  }
}

@Injectable()
export class OwnershipMetrics {
  constructor(
    @Inject(METRICS) metrics: Metrics,
    shards: LiveShardMap,
    ownership: Ownership,
    membership: Membership,
  ) {
    metrics.gauge('shards_owned', 'Shards this matcher owns', () => ownership.own.size);
    metrics.gauge('shards_known', "Shards in this process's copy of the map", () => shards.map.size);
    metrics.gauge('matcher_idle', '1 while the matcher has joined but owns no shard', () =>
      membership.joined && ownership.own.size === 0 ? 1 : 0,
    );
    const changes = metrics.counter('shard_changes_total', 'Shards gained, renewed and lost', ['change']);
    ownership.onChange(({ gained, renewed, lost }) => {
      changes.inc({ change: 'gained' }, gained.length);
      changes.inc({ change: 'renewed' }, renewed.length);
      changes.inc({ change: 'lost' }, lost.length);
    });
  }
}
