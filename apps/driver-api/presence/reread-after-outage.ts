import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { inParallel, LOGGER, type Logger } from '#libs/service';
import { BusLink } from './bus-link.ts';
import type { DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';
import { RereadDriver } from './reread-driver.ts';

const READS_AT_ONCE = 16;
/** `trips` may come back later than NATS, wall time. */
const RETRY_MS = 1_000;
const MAX_ATTEMPTS = 30;

/**
 * Pushes are lost while NATS is away. On its return every driver served here is read again.
 */
@Injectable()
export class RereadAfterOutage implements OnModuleInit {
  readonly #link: BusLink;
  readonly #presences: Presences;
  readonly #rereadDriver: RereadDriver;
  readonly #logger: Logger;
  #running = false;
  #again = false;

  constructor(
    @Inject(BusLink) link: BusLink,
    @Inject(Presences) presences: Presences,
    @Inject(RereadDriver) rereadDriver: RereadDriver,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#link = link;
    this.#presences = presences;
    this.#rereadDriver = rereadDriver;
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
      await this.#rereadDriver.execute(presence).catch(() => failed.push(presence));
    });
    return failed;
  }
}
