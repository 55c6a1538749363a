import type { EtaTable } from '#libs/geo';
import type { OpenTrip } from './open-trip.ts';
import type { RoundCandidates, TripCandidates } from './round-candidates.ts';
import type { RoundParams } from './round-params.ts';
import type { ExplainedCandidate, SkipReason } from './round-result.ts';
import type { NearbyDriver } from './supply-view.ts';

/** Costs are whole milliseconds of pickup, so that the assignment's arithmetic is exact. */
export const MS_PER_S = 1000;

export interface WeighedCandidate {
  readonly driver: NearbyDriver;
  /** Undefined where nobody asked, or where there is no way. */
  readonly etaS: number | undefined;
  /** Undefined where the pair is no option. */
  readonly costMs: number | undefined;
}

export interface WeighedTrip {
  readonly trip: OpenTrip;
  readonly candidates: readonly WeighedCandidate[];
  readonly barred: readonly ExplainedCandidate[];
  readonly skipCostMs: number;
  /** Why the trip takes no part in the assignment; undefined where it does. */
  readonly passedOver: SkipReason | undefined;
}

/** Puts a cost on each candidate, and on leaving each trip out. */
export function weigh({ trips, nowMs, params }: RoundCandidates, etas: EtaTable): WeighedTrip[] {
  return trips.map(({ trip, drivers, barred, passedOver }) => {
    const skipCostMs = skipCost(trip, nowMs, params);
    if (passedOver !== undefined) {
      const candidates = drivers.map((driver) => ({ driver, etaS: undefined, costMs: undefined }));
      return { trip, candidates, barred, skipCostMs, passedOver };
    }
    const candidates = weighDrivers({ trip, drivers }, etas, nowMs, params);
    const hasOption = candidates.some((candidate) => candidate.costMs !== undefined);
    return { trip, candidates, barred, skipCostMs, passedOver: hasOption ? undefined : 'pickup_too_far' };
  });
}

/**
 * A second that a rider has waited already weighs as much as one they would wait for the car. So of two trips that want
 * one driver the longer waiting one yields only to a gain larger than its head start, and nobody is starved.
 */
function skipCost(trip: OpenTrip, nowMs: number, params: RoundParams): number {
  return Math.round(params.skipPenaltyS * MS_PER_S + Math.max(0, nowMs - trip.requestedAtMs));
}

function weighDrivers(
  { trip, drivers }: Pick<TripCandidates, 'trip' | 'drivers'>,
  etas: EtaTable,
  nowMs: number,
  params: RoundParams,
): WeighedCandidate[] {
  const seconds = etas.etasToPickup(
    trip.pickup,
    drivers.map((driver) => driver.point),
    nowMs,
  );
  return drivers.map((driver, index) => {
    const etaS = seconds[index] ?? Infinity;
    if (!Number.isFinite(etaS)) return { driver, etaS: undefined, costMs: undefined };
    const isOption = etaS >= 0 && etaS <= params.maxPickupEtaS;
    return { driver, etaS, costMs: isOption ? Math.round(etaS * MS_PER_S) : undefined };
  });
}
