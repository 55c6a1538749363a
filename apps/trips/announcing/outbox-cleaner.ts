import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, openConnection } from '#libs/bus';
import { LOGGER, type Logger } from '#libs/service';
import { removeOutbox, TripStore, type OutboxEntry } from '#libs/store';

/** Entries are taken out in batches: the delete is nobody's wait. */
const FLUSH_INTERVAL_MS = 100;
const MAX_ENTRIES_PER_DELETE = 1_000;
/** Past that (Postgres is down) entries stay in the table, and the relay tells their changes a second time. */
export const MAX_WAITING_ENTRIES = 50_000;

interface PushedEntry extends OutboxEntry {
  connection: string;
}

/** Takes out of the outbox what has been pushed. */
@Injectable()
export class OutboxCleaner implements OnModuleInit, BeforeApplicationShutdown {
  readonly #store: TripStore;
  readonly #bus: NatsConnection;
  readonly #logger: Logger;
  #waiting: PushedEntry[] = [];
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
    this.#timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  /** To be called in the turn in which the change was published. */
  pushed(entry: OutboxEntry): void {
    const connection = openConnection(this.#bus);
    if (connection === undefined || this.#waiting.length >= MAX_WAITING_ENTRIES) return;
    this.#waiting.push({ ...entry, connection });
  }

  /** Takes out what waits, once it is known to be out. Never throws. */
  flush(): Promise<void> {
    this.#flushing ??= this.#removeBatch().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #removeBatch(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, MAX_ENTRIES_PER_DELETE);
    try {
      await this.#bus.flush();
      // With the server is what was published over the connection by which the flush was answered; the rest may be lost.
      const current = openConnection(this.#bus);
      const delivered = batch.filter(({ connection }) => connection === current);
      if (delivered.length > 0) await removeOutbox(this.#store, delivered);
    } catch (error) {
      this.#logger.warn(
        { event: 'outbox_kept', entries: batch.length, err: error },
        'pushed entries stay for the relay',
      );
    }
  }
}
