import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { asHailgridError } from '#libs/contracts';
import {
  CLOCK,
  inParallel,
  LOGGER,
  machineTime,
  RepeatingTask,
  type Clock,
  type Logger,
} from '#libs/service';
import type { DriverPresence } from '../presence/driver-presence.ts';
import { Presences } from '../presence/presences.ts';
import { Whereabouts } from '../presence/whereabouts.ts';
import { Availability } from './availability.ts';

/** How long an online driver may be without a socket and silent before it is set offline, service time. */
export const DISCONNECT_GRACE_MS = 60_000;
/** How often silent drivers are searched for, wall time. */
const SWEEP_INTERVAL_MS = 5_000;
/** How many drivers one sweep sets offline; the next sweep takes the rest. */
const MAX_DISMISSALS_PER_SWEEP = 200;
/** How many dismissals of one sweep run at once. */
const DISMISSALS_AT_ONCE = 8;

/**
 * Takes drivers offline who have lost their socket and do not come back. A driver on a trip stays online until the trip
 * ends. Asks the other instances first: the driver may have come back at one of them while this one was cut off.
 */
@Injectable()
export class DismissSilentDrivers implements OnModuleInit, BeforeApplicationShutdown {
  readonly #task: RepeatingTask;

  constructor(
    private readonly presences: Presences,
    private readonly whereabouts: Whereabouts,
    private readonly availability: Availability,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#task = new RepeatingTask({
      clock,
      intervalMs: machineTime(clock, SWEEP_INTERVAL_MS),
      run: () => this.#sweep(),
      onError: (error) => logger.error({ event: 'dismissal_failed', err: error }, 'dismissal sweep failed'),
    });
  }

  onModuleInit(): void {
    this.#task.start();
  }

  /** Drivers disconnected by this shutdown will soon connect to another instance. */
  beforeApplicationShutdown(): void {
    void this.#task.stop();
  }

  async #sweep(): Promise<void> {
    const silent = this.#silent().slice(0, MAX_DISMISSALS_PER_SWEEP);
    for (const presence of silent) if (!isServed(presence)) this.presences.remove(presence);
    const served = silent.filter(isServed);
    // If the other instances cannot be asked, no driver is dismissed: the next sweep asks again.
    if (served.length === 0 || !(await this.whereabouts.yieldToOthers(served))) return;
    const stillSilent = new Set(this.#silent());
    const gone = served.filter((presence) => stillSilent.has(presence));
    await inParallel(gone, DISMISSALS_AT_ONCE, (presence) => this.#dismiss(presence));
  }

  #silent(): DriverPresence[] {
    const latestMs = this.clock.now() - DISCONNECT_GRACE_MS;
    return [...this.presences.all()].filter(
      ({ connection, heardAtMs, state }) =>
        connection === undefined && heardAtMs < latestMs && state.status !== 'on_trip',
    );
  }

  async #dismiss(presence: DriverPresence): Promise<void> {
    const { driverId, state } = presence;
    try {
      await this.availability.goOffline(driverId, { reason: 'silent' }, { session: state.newestSession });
    } catch (thrown) {
      this.#giveUp(presence, thrown);
    }
  }

  #giveUp(presence: DriverPresence, thrown: unknown): void {
    const error = asHailgridError(thrown);
    const { driverId } = presence;
    // Offline or in a newer session: nothing is left to do. On a trip, or no answer: the next sweep tries again.
    if (error.code === 'driver_offline' || error.code === 'session_superseded')
      this.presences.remove(presence);
    this.logger.debug(
      { event: 'driver_not_dismissed', driver_id: driverId, code: error.code },
      error.message,
    );
  }
}

/** Whether the driver is online and served by this instance. */
function isServed({ attended, state }: DriverPresence): boolean {
  return attended && state.session !== null;
}
