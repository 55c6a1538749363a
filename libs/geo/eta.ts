import type { Point } from './point.ts';

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

/** Travel times that are computed at once: by great circle, or on a street graph. */
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
 * The port of those who can wait a moment: providers that need I/O (OSRM, Valhalla), used by the shell around a pure
 * decision, which asks all that the decision needs in one question. Batching, timeouts and fallbacks are the
 * provider's business.
 */
export interface EtaProvider {
  /** As {@link EtaTable.etas}. */
  etas(question: SparseEtaQuestion, atMs: number): Promise<Float64Array>;
}

/** A provider that has nothing to wait for. */
export function computedEtaProvider(table: EtaTable): EtaProvider {
  return { etas: (question, atMs) => Promise.resolve(table.etas(question, atMs)) };
}

/** The question from each of some origins to one pickup. */
export function questionOfPickup(pickup: Point, origins: readonly Point[]): SparseEtaQuestion {
  return {
    pickups: [pickup],
    origins,
    rowStarts: Uint32Array.of(0, origins.length),
    columns: Uint32Array.from(origins.keys()),
  };
}
