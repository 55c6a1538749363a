import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Counter } from 'prom-client';
import { CommandClient } from '#libs/bus';
import { MAX_DRIVERS_PER_CHECK, outdatedDrivers } from '#libs/contracts';
import {
  CLOCK,
  inParallel,
  LOGGER,
  machineTime,
  METRICS,
  OutageLog,
  RepeatingTask,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';
import { RereadDriver } from './reread-driver.ts';

/** How long a lost push may stay unnoticed. Until then a driver may wrongly count as busy and get no offers. */
const CHECK_INTERVAL_MS = 10_000;
/** How many drivers with a lost push are read again at once. */
const READS_AT_ONCE = 8;

/**
 * Core NATS delivers at most once: a publisher's connection or a server can lose a push unnoticed by this process. So
 * this periodically compares every driver's version with Postgres, a thousand drivers per request.
 */
@Injectable()
export class FindLostPushes implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #lost: Counter;
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;

  constructor(
    private readonly commands: CommandClient,
    private readonly presences: Presences,
    private readonly reread: RereadDriver,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#lost = metrics.counter('driver_pushes_lost_total', 'Drivers read again because a push was lost');
    this.#outage = new OutageLog(logger, 'looking for lost pushes');
    this.#task = new RepeatingTask({
      clock,
      intervalMs: machineTime(clock, CHECK_INTERVAL_MS),
      run: () => this.#checkAll(),
      onError: (error) => this.#outage.failed(error),
    });
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  beforeApplicationShutdown(): void {
    void this.#task.stop();
  }

  async #checkAll(): Promise<void> {
    const presences = [...this.presences.all()];
    for (let start = 0; start < presences.length; start += MAX_DRIVERS_PER_CHECK) {
      await this.#check(presences.slice(start, start + MAX_DRIVERS_PER_CHECK));
      this.#outage.worked();
    }
  }

  async #check(presences: readonly DriverPresence[]): Promise<void> {
    const versions = new Map(presences.map((presence) => [presence.driverId, presence.state.version]));
    const drivers = [...versions].map(([driver_id, driver_version]) => ({ driver_id, driver_version }));
    const { driver_ids } = await this.commands.call(outdatedDrivers, { drivers });
    const outdated = new Set(driver_ids);
    // A driver whose version has changed got its push during the check.
    const lost = presences.filter(
      ({ driverId, state }) => outdated.has(driverId) && state.version === versions.get(driverId),
    );
    this.#lost.inc(lost.length);
    await inParallel(lost, READS_AT_ONCE, (presence) => this.reread.execute(presence));
  }
}
