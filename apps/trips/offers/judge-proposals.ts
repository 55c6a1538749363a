import { newId, type OfferId, type OfferProposal, type OfferRefusal } from '#libs/contracts';
import type { DriverRow } from '#libs/store';
import { decide, type OpenOffer, type Trip, type TripEvent } from '#libs/trip';
import { contains, isCurrent, mayServe, refusalOf, type LockedRound } from './locked-round.ts';

export interface AdmissibleOffer {
  proposal: OfferProposal;
  trip: Trip;
  driver: DriverRow;
  offer: OpenOffer;
  events: readonly TripEvent[];
}

export type Judgement =
  | { verdict: 'admissible'; offer: AdmissibleOffer }
  | { verdict: 'refused'; proposal: OfferProposal; reason: OfferRefusal };

/** Judges which of a matcher's proposals may be committed. Whether a driver is free is left to the key of its claim. */
export function judgeProposals(
  matcher: string,
  proposals: readonly OfferProposal[],
  locked: LockedRound,
  nowMs: number,
  offerTtlMs: number,
  newOfferId: () => OfferId = () => newId('offer'),
): Judgement[] {
  const trips = new Set<string>();
  const drivers = new Set<string>();
  return proposals.map((proposal) => {
    const refuse = (reason: OfferRefusal): Judgement => ({ verdict: 'refused', proposal, reason });
    if (!isCurrent(matcher, proposal, locked)) return refuse('stale_epoch');
    const trip = locked.trips.get(proposal.trip_id);
    if (trip === undefined || trips.has(trip.tripId)) return refuse('trip_not_open');
    if (!contains(proposal.shard, trip.pickupCell)) return refuse('wrong_shard');
    const driver = locked.drivers.get(proposal.driver_id);
    if (!mayServe(driver, trip)) return refuse('driver_unavailable');
    const { after_ride_at_version: version = driver.version } = proposal;
    if (drivers.has(driver.driverId) || driver.version !== version) return refuse('driver_claimed');
    const offer = offerOf(proposal, newOfferId(), nowMs + offerTtlMs);
    const decision = decide(trip, { type: 'offer', offer }, nowMs);
    if (decision.outcome !== 'changed') return refuse(refusalOf(decision));
    trips.add(trip.tripId);
    drivers.add(driver.driverId);
    return { verdict: 'admissible', offer: { proposal, trip, driver, offer, events: decision.events } };
  });
}

function offerOf(proposal: OfferProposal, offerId: OfferId, expiresAtMs: number): OpenOffer {
  const { driver_id: driverId, replaces_driver_id: replacesDriverId } = proposal;
  const { pickup_eta_s: pickupEtaS, pickup_distance_m: pickupDistanceM } = proposal;
  const offer = { offerId, driverId, expiresAtMs, pickupEtaS, pickupDistanceM };
  return replacesDriverId === undefined ? offer : { ...offer, replacesDriverId };
}
