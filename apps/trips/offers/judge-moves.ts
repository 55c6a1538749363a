import type { DriverMove, RematchRefusal } from '#libs/contracts';
import type { ClaimRow } from '#libs/store';
import { decide, type Trip, type TripEvent } from '#libs/trip';
import { contains, isCurrent, mayServe, refusalOf, type LockedRound } from './locked-round.ts';

/** The locked rows, with the drivers' claims, which do not change under the drivers' locks. */
export interface LockedMoves extends LockedRound {
  claims: readonly ClaimRow[];
}

export interface AdmissibleMove {
  move: DriverMove;
  trip: Trip;
  events: readonly TripEvent[];
}

/** The verdict on one set of moves, which is committed as a whole or not at all. */
export type SetJudgement =
  | { verdict: 'admissible'; moves: readonly AdmissibleMove[] }
  | { verdict: 'refused'; move: DriverMove; reason: RematchRefusal };

/** Judges which sets of moves may be committed. A set that needs a trip or driver of an earlier one is refused. */
export function judgeMoves(
  matcher: string,
  sets: readonly (readonly DriverMove[])[],
  locked: LockedMoves,
  nowMs: number,
): SetJudgement[] {
  const used = new Set<string>();
  return sets.map((set) => {
    const judgement = judgeSet(matcher, set, locked, used, nowMs);
    if (judgement.verdict === 'admissible')
      for (const { trip_id, driver_id } of set) used.add(trip_id).add(driver_id);
    return judgement;
  });
}

function judgeSet(
  matcher: string,
  set: readonly DriverMove[],
  locked: LockedMoves,
  usedBefore: ReadonlySet<string>,
  nowMs: number,
): SetJudgement {
  const used = new Set(usedBefore);
  const moves: AdmissibleMove[] = [];
  for (const move of set) {
    const reason = used.has(move.trip_id)
      ? 'trip_not_open'
      : used.has(move.driver_id)
        ? 'driver_claimed'
        : null;
    const judged = reason ?? judgeMove(matcher, move, set, locked, nowMs);
    if (typeof judged === 'string') return { verdict: 'refused', move, reason: judged };
    used.add(move.trip_id).add(move.driver_id);
    moves.push(judged);
  }
  return { verdict: 'admissible', moves };
}

function judgeMove(
  matcher: string,
  move: DriverMove,
  set: readonly DriverMove[],
  locked: LockedMoves,
  nowMs: number,
): AdmissibleMove | RematchRefusal {
  if (!isCurrent(matcher, move, locked)) return 'stale_epoch';
  const trip = locked.trips.get(move.trip_id);
  if (trip === undefined) return 'trip_not_open';
  if (!contains(move.shard, trip.pickupCell)) return 'wrong_shard';
  const driver = locked.drivers.get(move.driver_id);
  if (!mayServe(driver, trip)) return 'driver_unavailable';
  const standing = standingRefusal(move, set, locked.claims);
  if (standing !== null) return standing;
  const { driverId, vehicle } = driver;
  const decision = decide(
    trip,
    {
      type: 'reassign',
      driver: { driverId, vehicle, pickupEtaS: move.pickup_eta_s },
      replacesDriverId: move.replaces_driver_id,
    },
    nowMs,
  );
  return decision.outcome === 'changed' ? { move, trip, events: decision.events } : refusalOf(decision);
}

/**
 * Null if the driver is free, or on the way to the trip that it is to leave and the same set gives that trip another
 * driver.
 */
function standingRefusal(
  { driver_id, from_trip_id }: DriverMove,
  set: readonly DriverMove[],
  claims: readonly ClaimRow[],
): RematchRefusal | null {
  const own = claims.filter(({ driverId }) => driverId === driver_id);
  if (from_trip_id === null) return own.length === 0 ? null : 'driver_claimed';
  const holds = own.some(({ tripId, kind }) => tripId === from_trip_id && kind === 'trip');
  if (!holds) return 'driver_claimed';
  const isTaken = set.some(
    ({ trip_id, replaces_driver_id }) => trip_id === from_trip_id && replaces_driver_id === driver_id,
  );
  return isTaken ? null : 'rider_left';
}
