import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, machineTime, Metrics, METRICS, type Clock, type Logger } from '#libs/service';
import { readEvents, takeDueOutbox, TripStore, type OutboxEntry } from '#libs/store';
import { Sweep } from '../sweep.ts';
import { Announcer } from './announcer.ts';
import { foldEvents } from './trip-change.ts';

const RELAY_INTERVAL_MS = 1_000;
const MAX_ENTRIES_PER_RELAY = 200;
/** The one who took an entry has this long to push it before another one may. */
const RELAY_LEASE_MS = 5_000;

/** Tells the changes that the process which committed them did not live to tell. */
@Injectable()
export class OutboxRelay extends Sweep {
  readonly #store: TripStore;
  readonly #announcer: Announcer;
  readonly #clock: Clock;
  readonly #relayed;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(Announcer) announcer: Announcer,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super('relaying the outbox', RELAY_INTERVAL_MS, clock, logger);
    this.#store = store;
    this.#announcer = announcer;
    this.#clock = clock;
    this.#relayed = metrics.counter(
      'outbox_relayed_total',
      'Changes told by the relay instead of their committer',
    );
  }

  /** A trip whose history cannot be read does not hold up the others; that it could not is reported at the end. */
  protected override async sweep(): Promise<void> {
    const nowMs = this.#clock.now();
    const entries = await takeDueOutbox(
      this.#store,
      nowMs,
      nowMs + machineTime(this.#clock, RELAY_LEASE_MS),
      MAX_ENTRIES_PER_RELAY,
    );
    const failures: unknown[] = [];
    for (const [tripId, seqs] of byTrip(entries)) {
      await this.#relay(tripId, seqs).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} trips were not told of`);
  }

  async #relay(tripId: string, seqs: ReadonlySet<number>): Promise<void> {
    const changes = foldEvents(await readEvents(this.#store, tripId), Math.min(...seqs) - 1);
    for (const change of changes) if (seqs.has(change.event.seq)) this.#announcer.tell(change);
    this.#relayed.inc(seqs.size);
  }
}

function byTrip(entries: readonly OutboxEntry[]): Map<string, Set<number>> {
  const trips = new Map<string, Set<number>>();
  for (const { tripId, seq } of entries) trips.set(tripId, (trips.get(tripId) ?? new Set()).add(seq));
  return trips;
}
