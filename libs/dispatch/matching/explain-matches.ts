import { greatCircleM, type Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';
import { SKIPPED } from '../assignment-problem.ts';
import type {
  CandidateReason,
  ExplainedCandidate,
  RoundOutcome,
  TripExplanation,
} from '../trip-explanation.ts';
import type { MatchTrip } from './match-input.ts';
import type { MatchPlan } from './plan-matches.ts';

const MS_PER_S = 1_000;

/** A pair that the assignment could choose. */
interface Option {
  readonly pickupInS: number;
  readonly costS: number;
}

/** What an explanation needs besides the plan. */
export interface PlanContext {
  /** Undefined for trips of other matchers, which are not explained. */
  readonly shardOf: (tripId: TripId) => string | undefined;
  /** Whether a driver gets an offer, because it has no rider to pick up. */
  readonly isAsked: (driverId: DriverId) => boolean;
  /** Position of an excluded driver; undefined if unknown. */
  readonly placeOf: (driverId: DriverId) => Point | undefined;
  /** Whether a driver starts on streets without a way back. */
  readonly isInDeadPart: (driverId: DriverId) => boolean;
}

/** A candidate before its place is looked at. */
type WeighedCandidate = Omit<ExplainedCandidate, 'isInDeadPart'>;

/** Lists the candidates of each trip that waited or changed its driver, with the reason why each was chosen or not. */
export function explainMatches(
  plan: MatchPlan,
  { shardOf, isAsked, placeOf, isInDeadPart }: PlanContext,
): TripExplanation[] {
  const takenColumns = new Set(Array.from(plan.columnOfRow).filter((column) => column !== SKIPPED));
  const changed = new Set(plan.matches.map(({ tripId }) => tripId));
  return plan.scene.trips.flatMap((trip, row) => {
    const shard = shardOf(trip.tripId);
    if (shard === undefined || (trip.driverId !== undefined && !changed.has(trip.tripId))) return [];
    const winner = plan.columnOfRow[row] as number;
    const chosen = isAsked(plan.scene.drivers.ids[winner] ?? 'driver_') ? 'offered' : 'reassigned';
    const candidates = weighedCandidates(plan, trip, row, (column, isOption) => {
      if (column === winner) return chosen;
      if (plan.scene.drivers.ids[column] === trip.driverId) return 'on_the_way';
      if (!isOption) return 'pickup_too_far';
      return takenColumns.has(column) ? 'taken_by_other_trip' : 'other_driver_chosen';
    });
    return {
      tripId: trip.tripId,
      shard,
      roundAtMs: plan.scene.nowMs,
      outcome: winner === SKIPPED ? skipped(candidates) : chosen,
      skipCostS: (plan.problem.skipCosts[row] as number) / MS_PER_S,
      candidates: [...candidates, ...barredCandidates(plan, trip, placeOf)].map((candidate) => ({
        ...candidate,
        isInDeadPart: isInDeadPart(candidate.driverId),
      })),
    };
  });
}

function weighedCandidates(
  { question, problem, scene }: MatchPlan,
  trip: MatchTrip,
  row: number,
  reasonOf: (column: number, isOption: boolean) => CandidateReason,
): WeighedCandidate[] {
  const options = new Map<number, Option>();
  const lastOption = problem.rowStarts[row + 1] as number;
  for (let entry = problem.rowStarts[row] as number; entry < lastOption; entry++)
    options.set(problem.columns[entry] as number, {
      pickupInS: problem.pickupsInS[entry] as number,
      costS: (problem.costs[entry] as number) / MS_PER_S,
    });
  const columns = question.columns.subarray(question.rowStarts[row], question.rowStarts[row + 1]);
  return Array.from(columns, (column) => {
    const option = options.get(column);
    return {
      driverId: scene.drivers.ids[column] as DriverId,
      from: scene.drivers.points[column],
      pickupDistanceM: distanceM(scene, trip, column),
      pickupEtaS: option?.pickupInS,
      costS: option?.costS,
      reason: reasonOf(column, option !== undefined),
    };
  });
}

function barredCandidates(
  { scene }: MatchPlan,
  { excludedDriverIds, pausedDriverIds, pickup }: MatchTrip,
  placeOf: PlanContext['placeOf'],
): WeighedCandidate[] {
  return excludedDriverIds.flatMap((driverId): WeighedCandidate[] => {
    const place = placeOf(driverId);
    const pickupDistanceM = place === undefined ? Infinity : greatCircleM(pickup, place);
    if (pickupDistanceM > scene.params.pickupRadiusM) return [];
    const reason = pausedDriverIds.includes(driverId) ? 'asked_again_later' : 'not_asked_again';
    return [{ driverId, from: place, pickupDistanceM, pickupEtaS: undefined, costS: undefined, reason }];
  });
}

function distanceM({ drivers }: MatchPlan['scene'], trip: MatchTrip, column: number): number {
  const point = drivers.points[column];
  return point === undefined ? Infinity : greatCircleM(trip.pickup, point);
}

function skipped(candidates: readonly WeighedCandidate[]): RoundOutcome {
  if (candidates.length === 0) return 'no_driver_in_radius';
  return candidates.every(({ reason }) => reason === 'pickup_too_far') ? 'pickup_too_far' : 'outbid';
}
