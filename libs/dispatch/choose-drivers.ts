import { assign } from './assign.ts';
import { type AssignmentProblem } from './assignment-problem.ts';
import type { TripId } from './open-trip.ts';
import type { DriverId } from './supply-event.ts';
import type { WeighedCandidate, WeighedTrip } from './weighed-trip.ts';

interface Option {
  readonly row: number;
  readonly column: number;
  readonly costMs: number;
  readonly candidate: WeighedCandidate;
}

/** The driver of each trip that gets one, at the least total cost. */
export function chooseDrivers(trips: readonly WeighedTrip[]): Map<TripId, WeighedCandidate> {
  const competing = trips.filter(({ passedOver }) => passedOver === undefined);
  const options = optionsOf(competing);
  const { columnOfRow } = assign(problemOf(competing, options));
  const chosen = new Map<TripId, WeighedCandidate>();
  for (const { row, column, candidate } of options) {
    const trip = competing[row]?.trip;
    if (trip !== undefined && columnOfRow[row] === column) chosen.set(trip.tripId, candidate);
  }
  return chosen;
}

/** Rows are trips in their order; columns are drivers, numbered as they are met, so no slot or hash order shows. */
function optionsOf(trips: readonly WeighedTrip[]): Option[] {
  const columns = new Map<DriverId, number>();
  const options: Option[] = [];
  trips.forEach(({ candidates }, row) => {
    for (const candidate of candidates) {
      if (candidate.costMs === undefined) continue;
      const { driverId } = candidate.driver;
      const column = columns.get(driverId) ?? columns.size;
      columns.set(driverId, column);
      options.push({ row, column, costMs: candidate.costMs, candidate });
    }
  });
  return options;
}

function problemOf(trips: readonly WeighedTrip[], options: readonly Option[]): AssignmentProblem {
  const rowStarts = new Uint32Array(trips.length + 1);
  for (const { row } of options) rowStarts[row + 1] = (rowStarts[row + 1] as number) + 1;
  for (let row = 0; row < trips.length; row++) {
    rowStarts[row + 1] = (rowStarts[row + 1] as number) + (rowStarts[row] as number);
  }
  return {
    columnCount: options.reduce((count, { column }) => Math.max(count, column + 1), 0),
    rowStarts,
    columns: Uint32Array.from(options, ({ column }) => column),
    costs: Float64Array.from(options, ({ costMs }) => costMs),
    skipCosts: Float64Array.from(trips, ({ skipCostMs }) => skipCostMs),
  };
}
