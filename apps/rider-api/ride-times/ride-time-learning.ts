import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { MAX_RIDES_PER_PAGE, readRideTimes, type RideCursor } from '#libs/contracts';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  machineTime,
  OutageLog,
  RepeatingTask,
  type Clock,
  type Logger,
} from '#libs/service';
import { localHoursSince1970 } from '#libs/travel-time';
import type { RiderApiConfig } from '../config.ts';
import { LearnedRides, type RideToTime } from './learned-rides.ts';
import { RideTimeMetrics } from './ride-time-metrics.ts';

/** How many pages one run reads at most; the next run reads on. */
const MAX_PAGES_PER_RUN = 100;
/** Between the starts of two runs at least, wall time, however fast service time is. */
const MIN_INTERVAL_MS = 100;

/**
 * Reads completed rides from `trips` and learns ride times from them. A start reads the rides of the last weeks again, so
 * nothing is kept here, and every rider-api learns from the same rides.
 */
@Injectable()
export class RideTimeLearning implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rides: LearnedRides;
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;
  #after: RideCursor | undefined;
  #hasCaughtUp = false;

  constructor(
    private readonly commands: CommandClient,
    private readonly metrics: RideTimeMetrics,
    @Inject(CONFIG) config: RiderApiConfig,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    const rides = new LearnedRides(localHoursSince1970(config.timeZone));
    this.#rides = rides;
    this.#outage = new OutageLog(logger, 'learning ride times');
    metrics.showFactors(() => rides.cityFactors(clock.now()));
    this.#task = new RepeatingTask({
      clock,
      intervalMs: Math.max(config.rideTimesIntervalMs, machineTime(clock, MIN_INTERVAL_MS)),
      run: async () => {
        await this.#read();
        this.#outage.worked();
      },
      onError: (error) => this.#outage.failed(error),
    });
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  /** Does not wait for the current run: it changes nothing that outlives the process. */
  beforeApplicationShutdown(): void {
    void this.#task.stop();
  }

  /** Expected seconds; the street time until the rides of the last weeks have been read. */
  meanS(ride: RideToTime): number {
    return this.#hasCaughtUp ? this.#rides.meanS(ride) : ride.streetS;
  }

  async #read(): Promise<void> {
    for (let pages = 0; pages < MAX_PAGES_PER_RUN; pages++) {
      const { rides, after, more } = await this.commands.call(readRideTimes, {
        ...(this.#after !== undefined && { after: this.#after }),
        limit: MAX_RIDES_PER_PAGE,
      });
      for (const ride of rides) {
        const verdict = this.#rides.learn(ride);
        this.metrics.countRide(verdict);
        // Rides of before the start were counted by the process that was there then.
        if (verdict === 'learned' && this.#hasCaughtUp) this.metrics.noteErrors(ride);
      }
      this.#after = after ?? undefined;
      if (more) continue;
      this.#hasCaughtUp = true;
      return;
    }
  }
}
