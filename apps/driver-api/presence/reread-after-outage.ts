import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { inParallel, LOGGER, type Logger } from '#libs/service';
import { BusLink } from './bus-link.ts';
import type { DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';
import { RereadDriver } from './reread-driver.ts';
import { Whereabouts } from './whereabouts.ts';

/** How many drivers are read again at once after a NATS outage. */
const READS_AT_ONCE = 16;
/**
 * How often the other instances are asked about drivers without a socket after an outage. They are asked again before a
 * driver is dismissed.
 */
const MAX_QUESTIONS = 3;
/** How long to wait between two attempts after an outage, wall time: `trips` may come back later than NATS. */
const RETRY_MS = 1_000;
/** How many attempts are made to read all drivers again after an outage. */
const MAX_ATTEMPTS = 30;

/**
 * A NATS outage loses pushes and announcements that another instance serves a driver. After the reconnect this asks the
 * other instances about drivers without a socket, and rereads every driver still served here.
 */
@Injectable()
export class RereadAfterOutage implements OnModuleInit {
  #running = false;
  #again = false;

  constructor(
    private readonly link: BusLink,
    private readonly presences: Presences,
    private readonly whereabouts: Whereabouts,
    private readonly rereadDriver: RereadDriver,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.link.onReturn(() => void this.#run());
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
    const { connected, unconnected } = Object.groupBy(this.presences.all(), ({ connection }) =>
      connection === undefined ? 'unconnected' : 'connected',
    );
    await Promise.all([
      this.#rereadEach(connected ?? []),
      this.#yield(unconnected ?? []).then((kept) => this.#rereadEach(kept)),
    ]);
  }

  /** Yields drivers to other instances that answer; returns the remaining ones. */
  async #yield(presences: readonly DriverPresence[]): Promise<DriverPresence[]> {
    for (let question = 0; question < MAX_QUESTIONS; question++) {
      if (question > 0) await pause();
      if (await this.whereabouts.yieldToOthers(presences)) break;
    }
    return presences.filter((presence) => this.presences.get(presence.driverId) === presence);
  }

  async #rereadEach(presences: readonly DriverPresence[]): Promise<void> {
    let waiting = [...presences];
    const { length: total } = waiting;
    for (let attempt = 0; waiting.length > 0 && attempt < MAX_ATTEMPTS; attempt++) {
      if (attempt > 0) await pause();
      waiting = await this.#reread(waiting);
    }
    const line = { event: 'drivers_reread', drivers: total, failed: waiting.length };
    if (waiting.length > 0) this.logger.error(line, 'some drivers could not be reread');
    else if (total > 0) this.logger.info(line, 'drivers reread after a NATS outage');
  }

  /** Returns the drivers that could not be read. */
  async #reread(presences: readonly DriverPresence[]): Promise<DriverPresence[]> {
    const failed: DriverPresence[] = [];
    await inParallel(presences, READS_AT_ONCE, async (presence) => {
      await this.rereadDriver.execute(presence).catch(() => failed.push(presence));
    });
    return failed;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, RETRY_MS));
}
