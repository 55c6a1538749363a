import { greatCircleM, type EtaQuestion } from '#libs/geo';
import { byWaiting } from './open-demand.ts';
import type { OpenTrip } from './open-trip.ts';
import { checkRoundParams, type RoundParams } from './round-params.ts';
import type { ExplainedCandidate, SkipReason } from './round-result.ts';
import type { DriverId } from './supply-event.ts';
import type { SupplyIndex } from './supply-index.ts';
import type { NearbyDriver } from './supply-view.ts';

/** Everything a round decides from, but for the travel times. */
export interface RoundInput {
  /** An `OpenDemand`, or any trips; those with an offer out are passed over. */
  readonly demand: Iterable<OpenTrip>;
  readonly supply: SupplyIndex;
  readonly nowMs: number;
  readonly params: RoundParams;
  /** Drivers not to be used though the index shows them free: their claim was refused, or is under way. */
  readonly unavailable?: ReadonlySet<DriverId>;
}

/** A trip of the round with the drivers it may get. */
export interface TripCandidates {
  readonly trip: OpenTrip;
  /** Nearest first. */
  readonly drivers: readonly NearbyDriver[];
  /** Free drivers near enough who may not be asked, nearest first. */
  readonly barred: readonly ExplainedCandidate[];
  /** Why the trip takes no part in the assignment, where that is known before any travel time. */
  readonly passedOver: SkipReason | undefined;
}

/** The first half of a round. Its questions can be put to a remote provider before the second half is run. */
export interface RoundCandidates {
  readonly nowMs: number;
  readonly params: RoundParams;
  readonly unavailable: ReadonlySet<DriverId>;
  /** Longest waiting first. */
  readonly trips: readonly TripCandidates[];
}

/** Finds the drivers each trip may get. Throws a RangeError for parameters that make no sense. */
export function collectCandidates(input: RoundInput): RoundCandidates {
  checkRoundParams(input.params);
  const { nowMs, params, unavailable = new Set<DriverId>() } = input;
  const waiting = Array.from(input.demand).filter((trip) => !trip.offered);
  let room = params.maxTrips;
  const trips = waiting.sort(byWaiting).map((trip) => {
    const candidates = candidatesOf(trip, input, unavailable);
    if (candidates.passedOver !== undefined) return candidates;
    return room-- > 0 ? candidates : { ...candidates, passedOver: 'round_full' as const };
  });
  return { nowMs, params, unavailable, trips };
}

/** What to ask a provider that fills an `EtaTable` for this round. */
export function etaQuestions(candidates: RoundCandidates): EtaQuestion[] {
  return candidates.trips
    .filter(({ passedOver }) => passedOver === undefined)
    .map(({ trip, drivers }) => ({ pickup: trip.pickup, origins: drivers.map((driver) => driver.point) }));
}

function candidatesOf(trip: OpenTrip, input: RoundInput, unavailable: ReadonlySet<DriverId>): TripCandidates {
  const { supply, nowMs, params } = input;
  if (nowMs >= trip.searchDeadlineAtMs) {
    return { trip, drivers: [], barred: [], passedOver: 'search_deadline_passed' };
  }
  const excluded = new Set(trip.excludedDriverIds);
  const drivers = supply.nearest(trip.pickup, {
    k: params.candidatesPerTrip,
    radiusM: params.pickupRadiusM,
    product: trip.product,
    isExcluded: (driverId) => excluded.has(driverId) || unavailable.has(driverId),
  });
  const reserved = Array.from(unavailable).filter((driverId) => !excluded.has(driverId));
  const barred = [
    ...barredDrivers(trip, excluded, 'not_asked_again', input),
    ...barredDrivers(trip, reserved, 'reserved', input),
  ];
  return { trip, drivers, barred, passedOver: drivers.length === 0 ? 'no_driver_in_radius' : undefined };
}

/** Those among some drivers who would have been candidates, as far as a trip's explanation has room for them. */
function barredDrivers(
  trip: OpenTrip,
  driverIds: Iterable<DriverId>,
  reason: 'not_asked_again' | 'reserved',
  { supply, params }: RoundInput,
): ExplainedCandidate[] {
  const barred: ExplainedCandidate[] = [];
  for (const driverId of driverIds) {
    const driver = supply.view(driverId);
    if (driver?.point === undefined || driver.status !== 'free' || driver.product !== trip.product) continue;
    const pickupDistanceM = greatCircleM(driver.point, trip.pickup);
    if (pickupDistanceM > params.pickupRadiusM) continue;
    barred.push({ driverId, pickupDistanceM, pickupEtaS: undefined, costS: undefined, reason });
  }
  return barred.sort(byDistance).slice(0, params.candidatesPerTrip);
}

function byDistance(a: ExplainedCandidate, b: ExplainedCandidate): number {
  return a.pickupDistanceM - b.pickupDistanceM || (a.driverId < b.driverId ? -1 : 1);
}
