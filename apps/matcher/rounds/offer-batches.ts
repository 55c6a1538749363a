import { MAX_OFFERS_PER_BATCH, type OfferProposal } from '#libs/contracts';
import type { ShardClaim, ShardKey } from '#libs/ownership';
import type { RoundOffer } from './round-plan.ts';

/**
 * The offers of a round as the batches to commit, each with the epoch at which its shard is owned. Offers of a shard
 * that is owned no more are left out.
 */
export function offerBatches(
  offers: readonly RoundOffer[],
  own: ReadonlyMap<ShardKey, ShardClaim>,
): OfferProposal[][] {
  const proposals = offers.flatMap((offer): OfferProposal[] => {
    const claim = own.get(offer.shard);
    if (claim === undefined) return [];
    return [
      {
        trip_id: offer.tripId,
        driver_id: offer.driverId,
        shard: offer.shard,
        epoch: claim.epoch,
        pickup_eta_s: offer.pickupEtaS,
        pickup_distance_m: offer.pickupDistanceM,
        ...(offer.afterRideAtVersion !== undefined && { after_ride_at_version: offer.afterRideAtVersion }),
        ...(offer.replaces !== undefined && { replaces_driver_id: offer.replaces }),
      },
    ];
  });
  const batches: OfferProposal[][] = [];
  for (let start = 0; start < proposals.length; start += MAX_OFFERS_PER_BATCH) {
    batches.push(proposals.slice(start, start + MAX_OFFERS_PER_BATCH));
  }
  return batches;
}
