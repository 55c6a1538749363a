import { assign } from '../assign.ts';
import { SKIPPED } from '../assignment-problem.ts';
import type { Match, MatchInput } from './match-input.ts';
import { matchProblem, matchQuestion } from './match-problem.ts';

/**
 * One matching decision over all trips that nobody has picked up yet: the drivers on their way are up for change like
 * those who wait, but no rider who has a driver is left without one. Exact on its candidate pairs. Deterministic.
 *
 * @returns new drivers only: trips that keep theirs, or go on waiting, are not named
 */
export function planMatches(input: MatchInput): Match[] {
  const { trips, drivers } = input;
  if (trips.length === 0 || drivers.ids.length === 0) return [];
  const question = matchQuestion(input);
  const problem = matchProblem(input, question, input.etas(question));
  const { columnOfRow } = assign(problem);
  const matches: Match[] = [];
  trips.forEach((trip, row) => {
    const column = columnOfRow[row] as number;
    const driverId = drivers.ids[column];
    if (column === SKIPPED || driverId === undefined || driverId === trip.driverId) return;
    matches.push({
      tripId: trip.tripId,
      driverId,
      pickupInS: pickupInS(problem, row, column),
      replaces: trip.driverId,
    });
  });
  return matches;
}

function pickupInS(
  { rowStarts, columns, pickupsInS }: ReturnType<typeof matchProblem>,
  row: number,
  column: number,
): number {
  for (let entry = rowStarts[row] as number; entry < (rowStarts[row + 1] as number); entry++)
    if (columns[entry] === column) return pickupsInS[entry] as number;
  throw new RangeError(`column ${column} is no candidate of row ${row}`);
}
