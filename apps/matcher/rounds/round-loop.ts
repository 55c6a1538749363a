import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';
import { isUncontested, OpenDemand, SupplyIndex, type OpenTrip, type RoundParams } from '#libs/dispatch';
import { ROUND_PARAMS, type MatcherConfig } from '../config.ts';
import { OpenTripReader } from '../demand/open-trip-reader.ts';
import { JointRound } from './joint-round.ts';
import { RoundMetrics } from './round-metrics.ts';
import { PendingAsks } from './pending-asks.ts';

/** Decides which changed trips need a round at once. Other trips wait for the next round, which has more to choose from. */
@Injectable()
export class RoundUrgency {
  constructor(
    private readonly demand: OpenDemand,
    private readonly supply: SupplyIndex,
    private readonly pending: PendingAsks,
    @Inject(ROUND_PARAMS) private readonly params: RoundParams,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** True if a replaced driver waits for its next trip, or if no other trip competes for this trip's drivers. */
  isUrgent(trip: OpenTrip): boolean {
    if (this.pending.concerns(trip.tripId)) return true;
    if (trip.driverId !== undefined || trip.offered) return false;
    return isUncontested(trip, this.demand, this.supply, this.params.pickupRadiusM, this.clock.now());
  }
}

/** How long a stopping matcher waits for its last round; what that round commits is valid without it. */
const STOP_LIMIT_MS = 2_000;

/** Runs the rounds, one at a time and through outages, until the process stops. */
@Injectable()
export class RoundLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;
  #running: Promise<void> | undefined;
  #isCalled = false;

  constructor(
    private readonly round: JointRound,
    private readonly metrics: RoundMetrics,
    private readonly reader: OpenTripReader,
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
    this.reader.onChanged((trip) => {
      if (this.urgency.isUrgent(trip)) this.#runSoon();
    });
  }

  /** Many changes at once cause one round. */
  #runSoon(): void {
    if (this.#isCalled) return;
    this.#isCalled = true;
    void this.runNow();
  }

  /**
   * After `Membership.onModuleDestroy`, which hands the shards over. A shard that no other matcher took is matched to the
   * end.
   */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.race([this.#task.stop(), sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  }

  /** Runs a round now, or directly after the current one. Never throws. */
  async runNow(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Resolves when the current round, if any, has committed. */
  async untilIdle(): Promise<void> {
    await this.#running;
  }

  /** A round with nothing to commit does not show that an outage is over. */
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
