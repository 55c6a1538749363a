import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { toTimestamp } from '#libs/contracts';
import { CLOCK, inParallel, LOGGER, type Clock, type Logger } from '#libs/service';
import { BusLink } from './bus-link.ts';
import { Attendance } from './attendance.ts';
import type { DriverPresence } from './driver-presence.ts';
import { driverView } from './driver-view.ts';
import { Presences } from './presences.ts';

const READS_AT_ONCE = 16;
/** `trips` may come back later than NATS, wall time. */
const RETRY_MS = 1_000;
const MAX_ATTEMPTS = 30;

/**
 * Pushes are lost while NATS is away. On its return every driver served here is read again; one whose status has moved on gets a
 * new `welcome`, which says how things are.
 */
@Injectable()
export class RereadAfterOutage implements OnModuleInit {
  readonly #link: BusLink;
  readonly #presences: Presences;
  readonly #attendance: Attendance;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #running = false;
  #again = false;

  constructor(
    @Inject(BusLink) link: BusLink,
    @Inject(Presences) presences: Presences,
    @Inject(Attendance) attendance: Attendance,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#link = link;
    this.#presences = presences;
    this.#attendance = attendance;
    this.#clock = clock;
    this.#logger = logger;
  }

  onModuleInit(): void {
    this.#link.onReturn(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      await this.#rereadAll();
    }
    this.#running = false;
  }

  async #rereadAll(): Promise<void> {
    let waiting = [...this.#presences.all()];
    const { length: total } = waiting;
    for (let attempt = 0; waiting.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await new Promise((resolve) => void setTimeout(resolve, RETRY_MS));
      waiting = await this.#reread(waiting);
    }
    const line = { event: 'drivers_reread', drivers: total, failed: waiting.length };
    if (waiting.length > 0) this.#logger.error(line, 'some drivers could not be read again');
    else if (total > 0) this.#logger.info(line, 'drivers read again after NATS came back');
  }

  /** Those that could not be read. */
  async #reread(presences: readonly DriverPresence[]): Promise<DriverPresence[]> {
    const failed: DriverPresence[] = [];
    await inParallel(presences, READS_AT_ONCE, async (presence) => {
      await this.#rereadOne(presence).catch(() => failed.push(presence));
    });
    return failed;
  }

  async #rereadOne(presence: DriverPresence): Promise<void> {
    const { driverId } = presence;
    const record = await this.#attendance.read(driverId);
    if (record === null || record.driver_version <= presence.state.version) return;
    this.#presences.applyRecord(presence, record);
    const data = { driver: driverView(driverId, record), at: toTimestamp(this.#clock.now()) };
    presence.connection?.send({ type: 'welcome', data });
  }
}
