import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';
import type { MatcherConfig } from '../config.ts';
import { JointRound } from './joint-round.ts';
import { RoundMetrics } from './round-metrics.ts';

/** A stopping matcher does not wait longer for its last round; what that commits stands without us. */
const STOP_LIMIT_MS = 2_000;

/** Keeps the rounds going, through outages too, until the process goes down. */
@Injectable()
export class RoundLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #round: JointRound;
  readonly #metrics: RoundMetrics;
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;

  constructor(
    @Inject(JointRound) round: JointRound,
    @Inject(RoundMetrics) metrics: RoundMetrics,
    @Inject(CONFIG) config: MatcherConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#round = round;
    this.#metrics = metrics;
    this.#outage = new OutageLog(logger, 'a matching round');
    this.#task = new RepeatingTask({
      clock,
      intervalMs: config.roundIntervalMs,
      run: () => this.#run(),
      onError: (error) => this.#failed(error),
    });
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  /** Before the shards are handed back: the epochs of what is under way must still be ours. */
  async onModuleDestroy(): Promise<void> {
    await Promise.race([this.#task.stop(), sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  }

  /** A round without anything to commit says nothing about whether an outage is over. */
  async #run(): Promise<void> {
    if (await this.#round.run()) this.#outage.worked();
  }

  #failed(error: unknown): void {
    this.#metrics.countFailure();
    this.#outage.failed(error);
  }
}
