import type { TripId } from './open-trip.ts';
import type { CandidateReason, ExplainedCandidate, TripExplanation } from './round-result.ts';
import type { DriverId } from './supply-event.ts';
import { MS_PER_S, type WeighedCandidate, type WeighedTrip } from './weighed-trip.ts';

/** Says of each trip of a decided round who could have had it, and why one did or did not. */
export function explainRound(
  trips: readonly WeighedTrip[],
  chosen: ReadonlyMap<TripId, WeighedCandidate>,
  roundAtMs: number,
): TripExplanation[] {
  const taken = new Set(Array.from(chosen.values(), ({ driver }) => driver.driverId));
  return trips.map((weighed) => {
    const { trip, candidates, barred, skipCostMs, passedOver } = weighed;
    const winner = chosen.get(trip.tripId);
    const weighedOnes = candidates.map((candidate) =>
      explainCandidate(candidate, reasonFor(candidate, weighed, winner, taken)),
    );
    return {
      tripId: trip.tripId,
      shard: trip.shard,
      roundAtMs,
      outcome: winner === undefined ? (passedOver ?? 'outbid') : 'offered',
      skipCostS: skipCostMs / MS_PER_S,
      candidates: [...weighedOnes, ...barred],
    };
  });
}

function explainCandidate(
  { driver, etaS, costMs }: WeighedCandidate,
  reason: CandidateReason,
): ExplainedCandidate {
  return {
    driverId: driver.driverId,
    pickupDistanceM: driver.distanceM,
    pickupEtaS: etaS,
    costS: costMs === undefined ? undefined : costMs / MS_PER_S,
    reason,
  };
}

function reasonFor(
  candidate: WeighedCandidate,
  { passedOver }: WeighedTrip,
  winner: WeighedCandidate | undefined,
  taken: ReadonlySet<DriverId>,
): CandidateReason {
  if (passedOver === 'round_full') return 'round_full';
  if (candidate === winner) return 'offered';
  if (candidate.costMs === undefined) return 'pickup_too_far';
  return taken.has(candidate.driver.driverId) ? 'taken_by_other_trip' : 'other_driver_chosen';
}
