import type { Metrics } from '#libs/service';
import type { WrittenChange } from '#libs/store';

/** From an offer in the same round to the end of the search. */
const MATCH_BUCKETS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 180];
/** From a driver around the corner to a rider who has given up long ago. */
const WAIT_BUCKETS_S = [30, 60, 120, 180, 240, 300, 420, 600, 900, 1_200, 1_800, 3_600];
const MS_PER_S = 1_000;

/** Counts the changes of trips that this process commits, and how long riders wait. */
export class ChangeMetrics {
  readonly #events;
  readonly #matches;
  readonly #waits;

  constructor(metrics: Metrics) {
    this.#events = metrics.counter('trip_events_total', 'Changes of trips committed, by type', ['type']);
    this.#matches = metrics.histogram(
      'trip_match_seconds',
      'Service time from the request to each offer to a driver',
      MATCH_BUCKETS_S,
    );
    this.#waits = metrics.histogram(
      'trip_wait_seconds',
      'Service time from the request to the start of the ride',
      WAIT_BUCKETS_S,
    );
  }

  count({ event, trip }: WrittenChange): void {
    this.#events.inc({ type: event.type });
    const sinceRequestS = Math.max(0, event.atMs - trip.requestedAtMs) / MS_PER_S;
    if (event.type === 'offer_made') this.#matches.observe(sinceRequestS);
    if (event.type === 'started') this.#waits.observe(sinceRequestS);
  }
}
