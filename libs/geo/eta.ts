import type { Point } from './point.ts';

/** Origins asked about for one pickup. */
export interface EtaQuestion {
  readonly pickup: Point;
  readonly origins: readonly Point[];
}

/**
 * Travel times, at once: the port that a pure matching round reads. A table that computes (great circle, street
 * graph) answers any question; one that was filled by a remote provider answers the questions it was filled for.
 */
export interface EtaTable {
  /**
   * Seconds to drive from each origin to the pickup when leaving at `atMs` (epoch milliseconds), in the order of
   * the origins; `Infinity` where there is no way (within the table's own cut-off).
   */
  etasToPickup(pickup: Point, origins: readonly Point[], atMs: number): Float64Array;
}

/**
 * The port for providers that need I/O (OSRM, Valhalla), used by the shell of a round: it knows the round's
 * candidates by air distance, asks all questions in one call, and hands the filled table to the pure round. Decisions
 * stay synchronous and repeatable; batching, timeouts and fallbacks are the provider's business.
 */
export interface EtaProvider {
  tableFor(questions: readonly EtaQuestion[], atMs: number): Promise<EtaTable>;
}

/** A provider whose table needs no filling. */
export function computedEtaProvider(table: EtaTable): EtaProvider {
  return { tableFor: () => Promise.resolve(table) };
}
