/**
 * The candidates of each row and their costs, as compressed sparse rows: those of row r are the entries `rowStarts[r]`
 * to `rowStarts[r + 1]` of `columns` and `costs`. A column occurs at most once per row.
 *
 * Integer costs (such as milliseconds) below 2^40 keep the arithmetic exact; others are exact up to rounding.
 */
export interface AssignmentProblem {
  readonly columnCount: number;
  /** One entry more than rows; starts with 0 and never falls. */
  readonly rowStarts: Uint32Array;
  readonly columns: Uint32Array;
  readonly costs: Float64Array;
  /** Cost of leaving a row without a column. */
  readonly skipCosts: Float64Array;
}

export interface Assignment {
  /** The column of each row; {@link SKIPPED} if it has none. */
  readonly columnOfRow: Int32Array;
  readonly totalCost: number;
}

export const SKIPPED = -1;

/** Throws a RangeError that names the fault in a problem's shape or numbers. */
export function checkProblem(problem: AssignmentProblem): void {
  const { columnCount, rowStarts, columns, costs, skipCosts } = problem;
  const rowCount = skipCosts.length;
  if (rowStarts.length !== rowCount + 1 || rowStarts[0] !== 0 || rowStarts[rowCount] !== columns.length) {
    throw new RangeError(
      'rowStarts must lead from 0 to the number of candidates, with one entry more than rows',
    );
  }
  for (let row = 0; row < rowCount; row++) {
    if ((rowStarts[row] as number) > (rowStarts[row + 1] as number))
      throw new RangeError('rowStarts must never fall');
    if (!Number.isFinite(skipCosts[row])) throw new RangeError(`skip cost of row ${row} is not finite`);
  }
  if (costs.length !== columns.length) throw new RangeError('each candidate needs a cost');
  for (let entry = 0; entry < costs.length; entry++) {
    if (!Number.isFinite(costs[entry])) throw new RangeError(`cost of candidate ${entry} is not finite`);
    if ((columns[entry] as number) >= columnCount) throw new RangeError(`candidate ${entry} names no column`);
  }
}
