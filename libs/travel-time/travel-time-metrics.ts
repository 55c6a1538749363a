import type { Metrics } from '#libs/service';

/**
 * Outcome of a matrix or route: `answered`; `refused` because of its places, and a matrix divided; or estimated by straight line because it
 * was `late`, `failed`, or not sent (`open` circuit).
 */
export type MatrixOutcome = 'answered' | 'refused' | 'late' | 'failed' | 'open';

/** Metrics of the routing engine of this process. */
export class TravelTimeMetrics {
  readonly #matrices;
  readonly #routes;
  #isOpen = false;

  constructor(metrics: Metrics) {
    this.#matrices = metrics.counter('travel_time_matrices_total', 'Matrices of travel times by outcome', [
      'outcome',
    ]);
    this.#routes = metrics.counter('travel_time_routes_total', 'Routes of rides by outcome', ['outcome']);
    metrics.gauge('travel_time_circuit_open', '1 while the routing engine is not asked', () =>
      Number(this.#isOpen),
    );
  }

  count(outcome: MatrixOutcome): void {
    this.#matrices.inc({ outcome });
  }

  countRoute(outcome: MatrixOutcome): void {
    this.#routes.inc({ outcome });
  }

  circuit(isOpen: boolean): void {
    this.#isOpen = isOpen;
  }
}
