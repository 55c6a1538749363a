import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUS } from '#libs/bus';
import type { TripChange, TripId } from '#libs/contracts';
import { EventWriter, STORING_LIMIT_MS } from '#libs/event-stream';
import { LOGGER, METRICS, OutageLog, type Logger, type Metrics } from '#libs/service';
import { readOutbox, TripStore } from '#libs/store';
import { ChangePusher } from './change-pusher.ts';
import { HeldChanges, type HeldTrip } from './held-changes.ts';
import { OutboxCleaner } from './outbox-cleaner.ts';

/** How many trips are published in one round. */
const MAX_TRIPS_PER_ROUND = 500;
/** How long to wait between two rounds, so that one round takes all changes that are committed meanwhile. */
const ROUND_PAUSE_MS = 5;
/** How long to wait when all held changes wait for earlier changes of other processes. */
const BLOCKED_PAUSE_MS = 50;

/**
 * Stores changes in the event stream, in the order of their trip: a change is stored only when no earlier one of its trip
 * is in the outbox, since an entry is deleted once its event is stored. The relay publishes the changes that fail here.
 */
@Injectable()
export class EventPublisher implements BeforeApplicationShutdown {
  readonly #writer: EventWriter;
  readonly #outage: OutageLog;
  readonly #stored;
  readonly #held = new HeldChanges();
  #publishing: Promise<void> | undefined;

  constructor(
    private readonly store: TripStore,
    @Inject(BUS) bus: NatsConnection,
    private readonly pusher: ChangePusher,
    private readonly cleaner: OutboxCleaner,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#writer = new EventWriter(bus);
    this.#outage = new OutageLog(logger, 'storing events in the stream');
    this.#stored = metrics.counter('events_stored_total', 'Changes that the event stream has stored');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#publishing;
    await this.cleaner.flush();
  }

  /** Publishes changes that this process has just committed and pushed. */
  publish(changes: readonly TripChange[]): void {
    for (const change of changes) this.#held.add(change);
    this.#publishing ??= this.#publishHeld().finally(() => {
      this.#publishing = undefined;
    });
  }

  /**
   * Stores changes of one trip in order, and pushes those that this process has not pushed. According to the outbox, all
   * changes before the first one are stored. Throws at the first change that cannot be stored.
   */
  async storeInOrder(changes: readonly TripChange[], outboxReadAtMs: number): Promise<void> {
    for (const change of changes) {
      if (performance.now() - outboxReadAtMs > STORING_LIMIT_MS) return;
      if (!this.pusher.isPushed(change)) this.pusher.push(change);
      await this.#writer.store(change);
      this.#stored.inc();
      // The server answered over this connection, so it has what was pushed over it before.
      if (this.pusher.isPushed(change)) this.cleaner.stored(entryOf(change));
    }
  }

  async #publishHeld(): Promise<void> {
    for (let held = this.#held.take(MAX_TRIPS_PER_ROUND); held.length > 0;) {
      try {
        const hasStored = await this.#publishRound(held);
        await sleep(hasStored ? ROUND_PAUSE_MS : BLOCKED_PAUSE_MS);
      } catch (error) {
        this.#outage.failed(error);
      }
      held = this.#held.take(MAX_TRIPS_PER_ROUND);
    }
  }

  /** False if no trip is ready yet. While the stream is being rebuilt, all changes are left to the relay. */
  async #publishRound(held: readonly HeldTrip[]): Promise<boolean> {
    const readAtMs = performance.now();
    const outbox = await readOutbox(
      this.store,
      held.map(({ tripId }) => tripId),
    );
    if (outbox === undefined) return true;
    const stored = held.map((trip) => this.#publishTrip(trip, outbox.get(trip.tripId) ?? [], readAtMs));
    return (await Promise.all(stored)).some(Boolean);
  }

  async #publishTrip(held: HeldTrip, outboxSeqs: readonly number[], readAtMs: number): Promise<boolean> {
    const { tripId } = held;
    const waiting = outboxSeqs.filter((seq) => !this.cleaner.isStored({ tripId, seq }));
    const ready = this.#held.readyOf(held, waiting);
    try {
      await this.storeInOrder(ready, readAtMs);
      if (ready.length > 0) this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
    return ready.length > 0;
  }
}

function entryOf({ event }: TripChange): { tripId: TripId; seq: number } {
  return { tripId: event.trip_id, seq: event.seq };
}
