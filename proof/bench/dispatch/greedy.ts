import type { AssignmentProblem } from '#libs/dispatch';

/** A nearest-driver dispatcher: row by row, takes the cheapest column that is still free. Returns the total cost. */
export function greedyCost({ columnCount, rowStarts, columns, costs, skipCosts }: AssignmentProblem): number {
  const taken = new Uint8Array(columnCount);
  let total = 0;
  for (const [row, skipCost] of skipCosts.entries()) {
    let least = skipCost;
    let leastColumn: number | undefined;
    for (let entry = rowStarts[row] ?? 0; entry < (rowStarts[row + 1] ?? 0); entry++) {
      const column = columns[entry] ?? 0;
      const cost = costs[entry] ?? Infinity;
      if (taken[column] === 1 || cost >= least) continue;
      least = cost;
      leastColumn = column;
    }
    if (leastColumn !== undefined) taken[leastColumn] = 1;
    total += least;
  }
  return total;
}
