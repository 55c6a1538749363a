import { checkProblem, SKIPPED, type Assignment, type AssignmentProblem } from './assignment-problem.ts';
import { ColumnHeap } from './column-heap.ts';

/**
 * Gives each row at most one column and each column at most one row with the least total cost; a skipped row counts its
 * skip cost.
 *
 * Shortest augmenting paths over sparse candidates, after R. Jonker and A. Volgenant, "A shortest augmenting path
 * algorithm for dense and sparse linear assignment problems", Computing 38 (1987) 325-340, with a private column
 * "skipped" for each row in place of their requirement that all rows be assigned. Deterministic: the order of rows,
 * columns and candidates breaks ties.
 */
export function assign(problem: AssignmentProblem): Assignment {
  checkProblem(problem);
  const solver = new PathSolver(problem);
  for (const row of solver.reduceRows()) solver.augment(row);
  return solver.result();
}

/** How many times per row, on average, rows may displace each other before the path search takes over. */
const REDUCTIONS_PER_ROW = 8;
const NOBODY = -1;
const NO_ENTRY = -1;

/**
 * Invariant after each row: column prices (at most 0, exactly 0 for a free column) under which every row holds its
 * cheapest option, a column or the skip, by cost minus price. That proves optimality.
 */
class PathSolver {
  readonly #problem: AssignmentProblem;
  readonly #prices: Float64Array;
  readonly #rowOfColumn: Int32Array;
  /** The candidate entry that a row holds; NO_ENTRY if it is skipped or not processed yet. */
  readonly #entryOfRow: Int32Array;
  readonly #distances: Float64Array;
  /** The candidate entry over which a column was reached, and the row of that entry. */
  readonly #viaEntry: Int32Array;
  readonly #viaRow: Int32Array;
  readonly #heap: ColumnHeap;
  /** Columns that the current search has reached (#reachedCount of them), and those it has settled. */
  readonly #reached: Int32Array;
  readonly #settled: Int32Array;
  #reachedCount = 0;
  #settledCount = 0;
  /** Least cost found so far of ending the search by skipping a row. */
  #skipDistance = 0;
  #skipRow = NOBODY;

  constructor(problem: AssignmentProblem) {
    const { columnCount, skipCosts } = problem;
    this.#problem = problem;
    this.#prices = new Float64Array(columnCount);
    this.#rowOfColumn = new Int32Array(columnCount).fill(NOBODY);
    this.#entryOfRow = new Int32Array(skipCosts.length).fill(NO_ENTRY);
    this.#distances = new Float64Array(columnCount).fill(Infinity);
    this.#viaEntry = new Int32Array(columnCount);
    this.#viaRow = new Int32Array(columnCount);
    this.#heap = new ColumnHeap(this.#distances);
    this.#reached = new Int32Array(columnCount);
    this.#settled = new Int32Array(columnCount);
  }

  /**
   * Augmenting row reduction: a row takes its best column and lowers its price by the difference to its second best;
   * the displaced row tries again. Cheap, and settles most rows. Returns the rest for {@link augment}.
   */
  reduceRows(): number[] {
    const rowCount = this.#entryOfRow.length;
    const open: number[] = [];
    let budget = REDUCTIONS_PER_ROW * rowCount;
    for (let first = 0; first < rowCount; first++) {
      let row = first;
      while (row !== NOBODY) {
        const displaced = budget-- > 0 ? this.#takeBest(row) : row;
        if (displaced === row) open.push(row);
        row = displaced === row ? NOBODY : displaced;
      }
    }
    return open;
  }

  /** Returns the displaced row, NOBODY, or the row itself if it gains nothing over the holder of the column. */
  #takeBest(row: number): number {
    const { rowStarts, columns, costs, skipCosts } = this.#problem;
    const end = rowStarts[row + 1] as number;
    let best = Infinity;
    let bestEntry = NO_ENTRY;
    let second = skipCosts[row] as number;
    for (let entry = rowStarts[row] as number; entry < end; entry++) {
      const value = (costs[entry] as number) - (this.#prices[columns[entry] as number] as number);
      if (value < best) {
        if (best < second) second = best;
        best = value;
        bestEntry = entry;
      } else if (value < second) second = value;
    }
    if (bestEntry === NO_ENTRY || (skipCosts[row] as number) < best) return NOBODY;
    const column = columns[bestEntry] as number;
    const holder = this.#rowOfColumn[column] as number;
    if (holder === NOBODY) {
      this.#hold(row, bestEntry);
      return NOBODY;
    }
    if (best === second) return row;
    this.#prices[column] = (this.#prices[column] as number) - (second - best);
    this.#entryOfRow[holder] = NO_ENTRY;
    this.#hold(row, bestEntry);
    return holder;
  }

  /**
   * Adds one more row at the least increase of the total: finds a free column or a row to skip, and shifts the rows on
   * the path.
   */
  augment(row: number): void {
    this.#skipDistance = Infinity;
    this.#scan(row, 0, 0);
    let freeColumn = NOBODY;
    while (freeColumn === NOBODY && this.#heap.size > 0) {
      const column = this.#heap.top;
      // In a tie the column wins: serving a row is better than skipping it.
      if ((this.#distances[column] as number) > this.#skipDistance) break;
      this.#heap.pop();
      const holder = this.#rowOfColumn[column] as number;
      if (holder === NOBODY) freeColumn = column;
      else this.#settle(column, holder);
    }
    const length = freeColumn === NOBODY ? this.#skipDistance : (this.#distances[freeColumn] as number);
    if (freeColumn === NOBODY) this.#shiftOntoSkip(row);
    else this.#shiftOnto(freeColumn, row);
    this.#updatePrices(length);
    this.#forgetSearch();
  }

  result(): Assignment {
    const { columns, costs, skipCosts } = this.#problem;
    const columnOfRow = new Int32Array(skipCosts.length).fill(SKIPPED);
    let totalCost = 0;
    for (let row = 0; row < skipCosts.length; row++) {
      const entry = this.#entryOfRow[row] as number;
      if (entry !== NO_ENTRY) columnOfRow[row] = columns[entry] as number;
      totalCost += (entry === NO_ENTRY ? skipCosts[row] : costs[entry]) as number;
    }
    return { columnOfRow, totalCost };
  }

  #settle(column: number, holder: number): void {
    const distance = this.#distances[column] as number;
    const held = this.#problem.costs[this.#entryOfRow[holder] as number] as number;
    this.#settled[this.#settledCount++] = column;
    this.#scan(holder, distance, held - (this.#prices[column] as number));
  }

  /** Relaxes the candidates of a row at `distance` that gives up an option worth `given` to it. */
  #scan(row: number, distance: number, given: number): void {
    const { rowStarts, columns, costs, skipCosts } = this.#problem;
    const base = distance - given;
    const skip = base + (skipCosts[row] as number);
    if (skip < this.#skipDistance) {
      this.#skipDistance = skip;
      this.#skipRow = row;
    }
    const end = rowStarts[row + 1] as number;
    for (let entry = rowStarts[row] as number; entry < end; entry++) {
      const column = columns[entry] as number;
      const reach = base + (costs[entry] as number) - (this.#prices[column] as number);
      const known = this.#distances[column] as number;
      // A settled column gets no nearer, except by rounding: its distance was below all later ones.
      if (reach >= known || reach > this.#skipDistance || (known < Infinity && !this.#heap.has(column)))
        continue;
      if (known === Infinity) this.#reached[this.#reachedCount++] = column;
      this.#distances[column] = reach;
      this.#viaEntry[column] = entry;
      this.#viaRow[column] = row;
      this.#heap.raise(column);
    }
  }

  #shiftOntoSkip(origin: number): void {
    const entry = this.#entryOfRow[this.#skipRow] as number;
    this.#entryOfRow[this.#skipRow] = NO_ENTRY;
    if (this.#skipRow === origin) return;
    this.#shiftOnto(this.#problem.columns[entry] as number, origin);
  }

  /** Shifts the rows on the path by one column, so that the row before `column` holds it and `origin` is served. */
  #shiftOnto(column: number, origin: number): void {
    let target = column;
    for (;;) {
      const row = this.#viaRow[target] as number;
      const before = this.#entryOfRow[row] as number;
      this.#hold(row, this.#viaEntry[target] as number);
      if (row === origin) return;
      target = this.#problem.columns[before] as number;
    }
  }

  #hold(row: number, entry: number): void {
    this.#entryOfRow[row] = entry;
    this.#rowOfColumn[this.#problem.columns[entry] as number] = row;
  }

  #updatePrices(length: number): void {
    for (let index = 0; index < this.#settledCount; index++) {
      const column = this.#settled[index] as number;
      const gain = length - (this.#distances[column] as number);
      this.#prices[column] = (this.#prices[column] as number) - gain;
    }
  }

  #forgetSearch(): void {
    for (let index = 0; index < this.#reachedCount; index++) {
      this.#distances[this.#reached[index] as number] = Infinity;
    }
    this.#reachedCount = 0;
    this.#settledCount = 0;
    this.#heap.clear();
  }
}
