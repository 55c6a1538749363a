import { MAX_OFFERS_PER_BATCH, type OfferProposal } from '#libs/contracts';
import type { RoundOffer } from '#libs/dispatch';
import type { ShardClaim, ShardKey } from '#libs/ownership';

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
      },
    ];
  });
  const batches: OfferProposal[][] = [];
  for (let start = 0; start < proposals.length; start += MAX_OFFERS_PER_BATCH) {
    batches.push(proposals.slice(start, start + MAX_OFFERS_PER_BATCH));
  }
  return batches;
}
