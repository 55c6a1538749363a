import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  MAX_SUSPICIONS_PER_REPORT,
  reportSuspicions,
  type CommandInput,
  type DriverId,
  type Ping,
  type SuspicionReason,
} from '#libs/contracts';
import { CLOCK, LOGGER, RepeatingTask, type Clock, type Logger } from '#libs/service';
import { MIN_REPORTED_SCORE, suspicionScore, type Doubts } from './suspicion-score.ts';

/** How often doubts about drivers are reported, service time: a driver is reported at most once in that. */
const REPORT_INTERVAL_MS = 10_000;
/** How long a doubt counts that is too small to be reported, service time. */
const DOUBT_MEMORY_MS = 600_000;
/** How many drivers are doubted at once; doubts about further ones are dropped until others are reported or forgotten. */
const MAX_DOUBTED = 2_000;

interface Doubted {
  readonly sinceMs: number;
  readonly doubts: Doubts;
  point: Pick<Ping, 'lat' | 'lng'>;
}

type Report = CommandInput<typeof reportSuspicions>['suspicions'][number];

/**
 * Collects what is odd about drivers' positions, and reports it to `trips` for operators to look at. Blocks nothing: a
 * tunnel and a cheap phone look like a liar for a while.
 */
@Injectable()
export class Suspicions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #doubted = new Map<DriverId, Doubted>();
  readonly #reporting: RepeatingTask;

  constructor(
    private readonly commands: CommandClient,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#reporting = new RepeatingTask({
      clock,
      intervalMs: REPORT_INTERVAL_MS,
      run: () => this.#report(),
      onError: (error) =>
        this.logger.warn({ event: 'suspicions_lost', err: error }, 'suspicions were not reported'),
    });
  }

  onApplicationBootstrap(): void {
    this.#reporting.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#reporting.stop();
  }

  note(driverId: DriverId, reason: SuspicionReason, { lat, lng }: Pick<Ping, 'lat' | 'lng'>): void {
    let doubted = this.#doubted.get(driverId);
    if (doubted === undefined) {
      if (this.#doubted.size >= MAX_DOUBTED) return;
      const doubts = { impossible_track: 0, mocked_position: 0 };
      doubted = { sinceMs: this.clock.now(), doubts, point: { lat, lng } };
      this.#doubted.set(driverId, doubted);
    }
    doubted.doubts[reason] += 1;
    doubted.point = { lat, lng };
  }

  /** What `trips` does not take is dropped: a driver who goes on is reported again. */
  async #report(): Promise<void> {
    const suspicions = this.#takeReports();
    for (let first = 0; first < suspicions.length; first += MAX_SUSPICIONS_PER_REPORT)
      await this.commands.call(reportSuspicions, {
        suspicions: suspicions.slice(first, first + MAX_SUSPICIONS_PER_REPORT),
      });
  }

  /** Takes the drivers who are doubted enough, and forgets those who were not for long. */
  #takeReports(): Report[] {
    const forgottenBeforeMs = this.clock.now() - DOUBT_MEMORY_MS;
    return [...this.#doubted].flatMap(([driver_id, { sinceMs, doubts, point }]) => {
      const score = suspicionScore(doubts);
      const isReported = score >= MIN_REPORTED_SCORE;
      if (isReported || sinceMs < forgottenBeforeMs) this.#doubted.delete(driver_id);
      return isReported ? [{ driver_id, score, reasons: { ...doubts }, point }] : [];
    });
  }
}
