import { newId, type OfferId, type OfferProposal, type OfferRefusal } from '#libs/contracts';
import { cellKeyFromH3, cellKeyRes, parentKey } from '#libs/geo';
import type { DriverRow } from '#libs/store';
import { decide, type OpenOffer, type Trip, type TripEvent } from '#libs/trip';

/** What the transaction has locked: nothing of it changes before the commit. */
export interface LockedRound {
  shards: ReadonlyMap<string, { epoch: number; owner: string | null }>;
  trips: ReadonlyMap<string, Trip>;
  drivers: ReadonlyMap<string, DriverRow>;
}

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

/** Sorts a matcher's proposals by what may be committed; whether the driver is free is left to the claim's key. */
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
    const shard = locked.shards.get(proposal.shard);
    if (shard?.owner !== matcher || shard.epoch !== proposal.epoch) return refuse('stale_epoch');
    const trip = locked.trips.get(proposal.trip_id);
    if (trip === undefined || trips.has(trip.tripId)) return refuse('trip_not_open');
    if (!contains(proposal.shard, trip.pickupCell)) return refuse('wrong_shard');
    const driver = locked.drivers.get(proposal.driver_id);
    if (driver?.online !== true || driver.product !== trip.product) return refuse('driver_unavailable');
    const { after_ride_at_version: version = driver.version } = proposal;
    if (drivers.has(driver.driverId) || driver.version !== version) return refuse('driver_claimed');
    const offer = offerOf(proposal, newOfferId(), nowMs + offerTtlMs);
    const decision = decide(trip, { type: 'offer', offer }, nowMs);
    if (decision.outcome !== 'changed') {
      const excluded = decision.outcome === 'refused' && decision.refusal === 'driver_excluded';
      return refuse(excluded ? 'driver_excluded' : 'trip_not_open');
    }
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

/** Whether the trip is the shard's to match: the epoch of one shard is no authority over another. */
export function contains(shard: string, pickupCell: string): boolean {
  const key = cellKeyFromH3(shard);
  return parentKey(cellKeyFromH3(pickupCell), cellKeyRes(key)) === key;
}
