import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { eventKey } from '#libs/event-stream';
import { LOGGER, type Logger } from '#libs/service';
import { removeOutbox, TripStore, type OutboxEntry } from '#libs/store';

/**
 * How often published entries are deleted from the outbox. They are deleted in batches, since no caller waits for the
 * delete.
 */
const FLUSH_INTERVAL_MS = 100;
/** How many entries one statement deletes. */
const MAX_ENTRIES_PER_DELETE = 1_000;
/**
 * How many entries wait to be deleted. Beyond that (Postgres is down) they stay in the table, and the relay
 * publishes them a second time.
 */
export const MAX_WAITING_ENTRIES = 50_000;

/** Deletes entries from the outbox once their events are pushed and stored in the stream. */
@Injectable()
export class OutboxCleaner implements OnModuleInit, BeforeApplicationShutdown {
  readonly #waiting = new Map<string, OutboxEntry>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(
    private readonly store: TripStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  stored(entry: OutboxEntry): void {
    if (this.#waiting.size < MAX_WAITING_ENTRIES) this.#waiting.set(keyOf(entry), entry);
  }

  /** Whether the entry is published and only waits to be deleted. */
  isStored(entry: OutboxEntry): boolean {
    return this.#waiting.has(keyOf(entry));
  }

  /** Deletes the entries that wait now. Never throws. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    this.#flushing = this.#removeBatches().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #removeBatches(): Promise<void> {
    const entries = [...this.#waiting.values()];
    for (let first = 0; first < entries.length; first += MAX_ENTRIES_PER_DELETE) {
      const batch = entries.slice(first, first + MAX_ENTRIES_PER_DELETE);
      try {
        await removeOutbox(this.store, batch);
      } catch (error) {
        const line = { event: 'outbox_kept', entries: batch.length, err: error };
        this.logger.warn(line, 'published entries were not deleted; the relay will publish them again');
      }
      for (const entry of batch) this.#waiting.delete(keyOf(entry));
    }
  }
}

function keyOf({ tripId, seq }: OutboxEntry): string {
  return eventKey({ trip_id: tripId, seq });
}
