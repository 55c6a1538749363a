import { Inject, Injectable } from '@nestjs/common';
import type { TripId } from '#libs/contracts';
import {
  CLOCK,
  inParallel,
  LOGGER,
  machineTime,
  Metrics,
  METRICS,
  type Clock,
  type Logger,
} from '#libs/service';
import { foldEvents, readEvents, takeDueOutbox, TripStore, type OutboxEntry } from '#libs/store';
import { inBatches, Sweep } from '../sweep.ts';
import { EventPublisher } from './event-publisher.ts';
import { OutboxCleaner } from './outbox-cleaner.ts';

/** How often the relay looks for changes that their own process has not published. */
const RELAY_INTERVAL_MS = 1_000;
/** How many trips the relay takes from the outbox at a time. */
const MAX_TRIPS_PER_RELAY = 200;
/** How many trips the relay publishes at once. */
const TRIPS_AT_ONCE = 32;
/** How many batches the relay takes without a pause: after an outage the outbox holds more than one. */
const MAX_BATCHES_PER_SWEEP = 20;
/** How long a relay has for a trip it took before another one may take it. */
const RELAY_LEASE_MS = 5_000;

/** Publishes changes whose committing process died or failed before it could. */
@Injectable()
export class OutboxRelay extends Sweep {
  readonly #relayed;

  constructor(
    private readonly store: TripStore,
    private readonly publisher: EventPublisher,
    private readonly cleaner: OutboxCleaner,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super('relaying the outbox', RELAY_INTERVAL_MS, clock, logger);
    this.#relayed = metrics.counter(
      'outbox_relayed_total',
      'Changes that the relay published instead of the process that committed them',
    );
  }

  protected override async sweep(): Promise<void> {
    await inBatches(MAX_BATCHES_PER_SWEEP, MAX_TRIPS_PER_RELAY, () => this.#relayBatch());
  }

  /** A trip that cannot be published does not hold up the others; all failures are reported at the end. */
  async #relayBatch(): Promise<number> {
    const readAtMs = performance.now();
    const nowMs = this.clock.now();
    const nextDueAtMs = nowMs + machineTime(this.clock, RELAY_LEASE_MS);
    const trips = byTrip(await takeDueOutbox(this.store, nowMs, nextDueAtMs, MAX_TRIPS_PER_RELAY));
    const failures: unknown[] = [];
    await inParallel(trips, TRIPS_AT_ONCE, async ([tripId, seqs]) => {
      await this.#relay(tripId, seqs, readAtMs).catch((error: unknown) => failures.push(error));
    });
    if (failures.length > 0)
      throw new AggregateError(
        failures,
        `${failures.length} trips were not published: ${String(failures[0])}`,
      );
    return trips.size;
  }

  async #relay(tripId: TripId, seqs: readonly number[], readAtMs: number): Promise<void> {
    const unpublished = new Set(seqs.filter((seq) => !this.cleaner.isStored({ tripId, seq })));
    if (unpublished.size === 0) return;
    const later = foldEvents(await readEvents(this.store, tripId), Math.min(...unpublished) - 1);
    const changes = later.filter(({ event }) => unpublished.has(event.seq));
    await this.publisher.storeInOrder(changes, readAtMs);
    this.#relayed.inc(changes.length);
  }
}

function byTrip(entries: readonly OutboxEntry[]): Map<TripId, number[]> {
  const trips = new Map<TripId, number[]>();
  for (const { tripId, seq } of entries) trips.set(tripId, [...(trips.get(tripId) ?? []), seq]);
  return trips;
}
