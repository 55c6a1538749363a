import { CircuitState, circuitBreaker, ConsecutiveBreaker, handleAll, isBrokenCircuitError } from 'cockatiel';
import {
  checkSparseQuestion,
  type EtaProvider,
  type EtaTable,
  type Point,
  type SparseEtaQuestion,
} from '#libs/geo';
import { inParallel } from '#libs/service';
import { blocksOf, type Block } from './blocks.ts';
import type { MatrixSource } from './matrix-source.ts';
import type { TravelTimeMetrics } from './travel-time-metrics.ts';

/** How many requests to the routing engine run at once; the next ones wait. */
export const MAX_MATRICES_AT_ONCE = 8;
/** After how many failures in a row the routing engine is no longer asked. */
export const FAILURES_BEFORE_OPEN = 3;
/**
 * How long the routing engine is not asked before one request tries it again, wall time. Meanwhile drives are estimated
 * by straight-line distance.
 */
const HALF_OPEN_AFTER_MS = 5_000;

export interface RemoteEtaOptions {
  readonly source: MatrixSource;
  /** Time limit for a whole question, machine time. */
  readonly timeoutMs: number;
  /** Used for pairs that the source has not answered. */
  readonly fallback: EtaTable;
  readonly metrics: TravelTimeMetrics;
}

/**
 * Travel times of a routing engine. The fallback estimates all pairs without a timely answer, so that no round fails or
 * waits because of the engine. A circuit breaker skips an engine that keeps failing.
 */
export function remoteEtaProvider({ source, timeoutMs, fallback, metrics }: RemoteEtaOptions): EtaProvider {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAILURES_BEFORE_OPEN),
  });
  breaker.onStateChange((state) => metrics.circuit(state !== CircuitState.Closed));

  const ask = async (
    question: SparseEtaQuestion,
    block: Block,
    seconds: Float64Array,
    signal: AbortSignal,
  ) => {
    const { pickups, origins } = question;
    try {
      const rows = await breaker.execute(() =>
        source.secondsBetween(
          block.columns.map((column) => origins[column] as Point),
          block.rows.map((row) => pickups[row] as Point),
          signal,
        ),
      );
      take(block, rows, seconds);
      metrics.count('answered');
    } catch (error) {
      metrics.count(isBrokenCircuitError(error) ? 'open' : signal.aborted ? 'late' : 'failed');
    }
  };

  return {
    etas: async (question, atMs) => {
      checkSparseQuestion(question);
      const seconds = new Float64Array(question.columns.length).fill(NaN);
      const signal = AbortSignal.timeout(timeoutMs);
      await inParallel(blocksOf(question, source.maxPlaces), MAX_MATRICES_AT_ONCE, (block) =>
        ask(question, block, seconds, signal),
      );
      return seconds.some(Number.isNaN) ? filled(seconds, question, fallback, atMs) : seconds;
    },
  };
}

/** @param rows one per column of the block, with one time per row of the block */
function take(block: Block, rows: readonly (readonly (number | null)[])[], seconds: Float64Array): void {
  const placeOfRow = new Map(block.rows.map((row, place) => [row, place]));
  const placeOfColumn = new Map(block.columns.map((column, place) => [column, place]));
  for (const { pair, row, column } of block.pairs)
    seconds[pair] = rows[placeOfColumn.get(column) ?? 0]?.[placeOfRow.get(row) ?? 0] ?? Infinity;
}

function filled(
  seconds: Float64Array,
  question: SparseEtaQuestion,
  fallback: EtaTable,
  atMs: number,
): Float64Array {
  const estimated = fallback.etas(question, atMs);
  return seconds.map((known, pair) => (Number.isNaN(known) ? (estimated[pair] as number) : known));
}
