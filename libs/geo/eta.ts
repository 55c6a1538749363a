import type { Point } from './point.ts';

/** Pairs of rows and columns, as compressed sparse rows: the columns of row r start at `columns[rowStarts[r]]`. */
export interface SparsePairs {
  /** One entry more than rows. */
  readonly rowStarts: Uint32Array;
  readonly columns: Uint32Array;
}

/**
 * All travel times that a round needs, as one query: pickups are rows, origins are columns, each point is listed once.
 */
export interface SparseEtaQuestion extends SparsePairs {
  readonly pickups: readonly Point[];
  readonly origins: readonly Point[];
}

/** Travel times computed synchronously: by great circle, or on a street graph. */
export interface EtaTable {
  /**
   * Seconds from each origin to the pickup for a departure at `atMs` (epoch milliseconds), in the order of the origins;
   * `Infinity` without a route within the table's cut-off.
   */
  etasToPickup(pickup: Point, origins: readonly Point[], atMs: number): Float64Array;
  /**
   * The same for many pickups, in the order of the question's columns; work per point is done once.
   * @throws RangeError for an inconsistent question
   */
  etas(question: SparseEtaQuestion, atMs: number): Float64Array;
}

/** A table that answers a question about many pickups one pickup at a time. */
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
 * The asynchronous port, for providers that need I/O (OSRM, Valhalla). The shell around a pure decision asks for all
 * its travel times in one question. The provider does batching, timeouts and fallbacks.
 */
export interface EtaProvider {
  /** As {@link EtaTable.etas}. */
  etas(question: SparseEtaQuestion, atMs: number): Promise<Float64Array>;
}

/** A provider on a synchronous table. */
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
