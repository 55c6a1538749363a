import type { AssignmentProblem } from '#libs/dispatch';

/** Side of the square in which riders and drivers are spread, metres. */
const SIDE_M = 15_000;
/** Cost of leaving a rider out, in metres of pickup. */
const SKIP_M = 6000;

/** Riders and drivers at random positions; the nearest drivers are each rider's candidates; costs in millimetres. */
export function nearbyProblem(
  {
    riders,
    drivers,
    candidates,
  }: { readonly riders: number; readonly drivers: number; readonly candidates: number },
  random: () => number,
): AssignmentProblem {
  const place = () => [random() * SIDE_M, random() * SIDE_M] as const;
  const cars = Array.from({ length: drivers }, place);
  const rows = Array.from({ length: riders }, () => {
    const [x, y] = place();
    const ways = cars.map(([u, v], column) => ({
      column,
      cost: Math.round(Math.hypot(x - u, y - v) * 1000),
    }));
    return ways.sort((a, b) => a.cost - b.cost).slice(0, candidates);
  });
  const options = rows.flat();
  const rowStarts = new Uint32Array(riders + 1);
  for (const [row, { length }] of rows.entries()) rowStarts[row + 1] = (rowStarts[row] ?? 0) + length;
  return {
    columnCount: drivers,
    rowStarts,
    columns: Uint32Array.from(options, ({ column }) => column),
    costs: Float64Array.from(options, ({ cost }) => cost),
    skipCosts: new Float64Array(riders).fill(SKIP_M * 1000),
  };
}
