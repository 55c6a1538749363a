import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { LOGGER, type Logger } from '#libs/service';
import { removeOutbox, TripStore, type OutboxEntry } from '#libs/store';

/** Entries are taken out in batches: the delete is nobody's wait. */
const FLUSH_INTERVAL_MS = 100;
const MAX_ENTRIES_PER_DELETE = 1_000;
/** Past that (Postgres is down) entries stay in the table, and the relay tells their changes a second time. */
export const MAX_WAITING_ENTRIES = 50_000;

/** Takes out of the outbox what has been pushed. */
@Injectable()
export class OutboxCleaner implements OnModuleInit, BeforeApplicationShutdown {
  readonly #store: TripStore;
  readonly #bus: NatsConnection;
  readonly #logger: Logger;
  #waiting: OutboxEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(BUS) bus: NatsConnection,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#store = store;
    this.#bus = bus;
    this.#logger = logger;
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.#flush(), FLUSH_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.#flush();
  }

  pushed(entry: OutboxEntry): void {
    if (this.#waiting.length < MAX_WAITING_ENTRIES) this.#waiting.push(entry);
  }

  #flush(): Promise<void> {
    this.#flushing ??= this.#removeBatch().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #removeBatch(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, MAX_ENTRIES_PER_DELETE);
    try {
      // What was published before is with the server once the flush is answered.
      await this.#bus.flush();
      await removeOutbox(this.#store, batch);
    } catch (error) {
      this.#logger.warn(
        { event: 'outbox_kept', entries: batch.length, err: error },
        'pushed entries stay for the relay',
      );
    }
  }
}
