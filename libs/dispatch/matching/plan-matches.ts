import { assign } from '../assign.ts';
import { SKIPPED } from '../assignment-problem.ts';
import type { Match, MatchInput, MatchScene } from './match-input.ts';
import { matchProblem, matchQuestion, type MatchProblem, type MatchQuestion } from './match-problem.ts';

/** A decision with all its input, for explanations. */
export interface MatchPlan {
  readonly scene: MatchScene;
  readonly question: MatchQuestion;
  readonly problem: MatchProblem;
  /** The column of each trip; SKIPPED if it is left waiting. */
  readonly columnOfRow: ArrayLike<number>;
  /** New drivers only; trips that keep their driver or keep waiting are left out. */
  readonly matches: readonly Match[];
}

/**
 * One matching decision over all trips before their pickup. Drivers on their way may be exchanged like free ones, but
 * no rider with a driver loses it without replacement. Exact on its candidate pairs. Deterministic.
 */
export function planMatches(input: MatchInput): readonly Match[] {
  const question = matchQuestion(input);
  return decideMatches(input, question, input.etas(question)).matches;
}

/** The same for known travel times of the question's pairs. */
export function decideMatches(
  scene: MatchScene,
  question: MatchQuestion,
  etas: ArrayLike<number>,
): MatchPlan {
  const { trips, drivers } = scene;
  const problem = matchProblem(scene, question, etas);
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
  return { scene, question, problem, columnOfRow, matches };
}

function pickupInS({ rowStarts, columns, pickupsInS }: MatchProblem, row: number, column: number): number {
  for (let entry = rowStarts[row] as number; entry < (rowStarts[row + 1] as number); entry++)
    if (columns[entry] === column) return pickupsInS[entry] as number;
  throw new RangeError(`column ${column} is not a candidate of row ${row}`);
}
