import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';
import type { MatcherConfig } from '../config.ts';
import { TripNews } from '../demand/trip-news.ts';
import { JointRound } from './joint-round.ts';
import { RoundMetrics } from './round-metrics.ts';
import { RoundUrgency } from './round-urgency.ts';

/** A stopping matcher does not wait longer for its last round; what that commits stands without us. */
const STOP_LIMIT_MS = 2_000;

/** Keeps the rounds going, one at a time, through outages too, until the process goes down. */
@Injectable()
export class RoundLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;
  #running: Promise<void> | undefined;
  #isCalled = false;

  constructor(
    private readonly round: JointRound,
    private readonly metrics: RoundMetrics,
    private readonly news: TripNews,
    private readonly urgency: RoundUrgency,
    @Inject(CONFIG) config: MatcherConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'a matching round');
    this.#task = new RepeatingTask({
      clock,
      intervalMs: config.roundIntervalMs,
      run: () => this.runNow(),
      onError: (error) => this.#failed(error),
    });
  }

  onApplicationBootstrap(): void {
    this.#task.start();
    this.news.onNews((trip) => {
      if (this.urgency.isUrgent(trip)) this.#runSoon();
    });
  }

  /** Many news at once make one round. */
  #runSoon(): void {
    if (this.#isCalled) return;
    this.#isCalled = true;
    void this.runNow();
  }

  /** After the shards are handed over: what is left was not taken by anybody, and is matched to the end. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.#task.stop(), sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  }

  /** A round without waiting for the next interval; after the one under way, if there is one. Never throws. */
  async runNow(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Resolves when the round under way, if any, has committed all it will. */
  async untilIdle(): Promise<void> {
    await this.#running;
  }

  /** A round without anything to commit says nothing about whether an outage is over. */
  async #run(): Promise<void> {
    this.#isCalled = false;
    try {
      if (await this.round.run()) this.#outage.worked();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.metrics.countFailure();
    this.#outage.failed(error);
  }
}
