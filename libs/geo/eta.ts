import type { Point } from './point.ts';

/** Origins asked about for one pickup. */
export interface EtaQuestion {
  readonly pickup: Point;
  readonly origins: readonly Point[];
}

/** Pairs of rows and columns, as compressed sparse rows: row r is asked about `columns[rowStarts[r]]` and on. */
export interface SparsePairs {
  /** One more than there are rows. */
  readonly rowStarts: Uint32Array;
  readonly columns: Uint32Array;
}

/** All questions of a round at once: pickups are the rows, origins the columns, each point given once. */
export interface SparseEtaQuestion extends SparsePairs {
  readonly pickups: readonly Point[];
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
  /**
   * The same for many pickups, in the order of the question's columns; what is known of a point is found out once.
   * @throws RangeError for a question that does not hang together
   */
  etas(question: SparseEtaQuestion, atMs: number): Float64Array;
}

/** A table that answers pickup by pickup, also when it is asked about many. */
export function etaTableByPickup(etasToPickup: EtaTable['etasToPickup']): EtaTable {
  return {
    etasToPickup,
    etas: (question, atMs) => {
      checkSparseQuestion(question);
      const { pickups, origins, rowStarts, columns } = question;
      const seconds = new Float64Array(columns.length);
      for (const [row, pickup] of pickups.entries()) {
        const [first, last] = [rowStarts[row] as number, rowStarts[row + 1] as number];
        const asked = Array.from(columns.subarray(first, last), (column) => origins[column] as Point);
        seconds.set(etasToPickup(pickup, asked, atMs), first);
      }
      return seconds;
    },
  };
}

/** @throws RangeError unless each row has its columns and each column its origin */
export function checkSparseQuestion({ pickups, origins, rowStarts, columns }: SparseEtaQuestion): void {
  const rows = pickups.length;
  const isWhole = rowStarts.length === rows + 1 && rowStarts[0] === 0 && rowStarts[rows] === columns.length;
  if (!isWhole || !rowStarts.every((start, row) => row === 0 || start >= (rowStarts[row - 1] as number))) {
    throw new RangeError(`the row starts do not divide ${columns.length} columns among ${rows} pickups`);
  }
  if (!columns.every((column) => column < origins.length)) {
    throw new RangeError(`a column is not among the ${origins.length} origins`);
  }
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
