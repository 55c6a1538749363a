import { Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { makeOffers, MAX_OFFERS_PER_BATCH, type OfferProposal } from '#libs/contracts';
import { OpenDemand } from '#libs/dispatch';
import type { ShardClaim, ShardKey } from '#libs/ownership';
import type { DriverId, TripId } from '#libs/trip';
import { Ownership } from '../ownership/ownership.ts';
import { PendingAsks } from './pending-asks.ts';
import type { RoundOffer } from './round-decisions.ts';
import { OfferOutcomes, type SentOffer } from './offer-outcomes.ts';

export interface CommittedOffers {
  readonly made: number;
  /** Drivers that were not available; their trips may be tried with others. */
  readonly conflictedDriverIds: ReadonlySet<DriverId>;
}

/** Has `trips` commit the offers of a round, and applies each outcome. */
@Injectable()
export class OfferCommitter {
  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly demand: OpenDemand,
    private readonly outcomes: OfferOutcomes,
    private readonly pending: PendingAsks,
  ) {}

  /**
   * Must be called in the round that decided the offers, because a handoff waits for that round. Throws if `trips` does
   * not answer: outcomes up to then are applied, and the next sweep reads the rest.
   */
  async commit(offers: readonly RoundOffer[]): Promise<CommittedOffers> {
    const batches = offerBatches(offers, this.ownership.own);
    const versions = this.#versionsOf(offers);
    const followUps = new Map(offers.map((offer) => [offer.tripId, offer.followUps]));
    const conflictedDriverIds = new Set<DriverId>();
    let made = 0;
    for (const batch of batches) {
      const sent = new Map(
        batch.map((proposal): [TripId, SentOffer] => [
          proposal.trip_id,
          { proposal, tripVersion: versions.get(proposal.trip_id) ?? 0 },
        ]),
      );
      const { outcomes } = await this.commands.call(makeOffers, {
        matcher: this.ownership.self,
        offers: batch,
      });
      for (const outcome of outcomes) {
        const offer = sent.get(outcome.trip_id);
        if (offer === undefined) continue;
        if (outcome.result === 'offered') {
          made += 1;
          this.pending.remember(outcome.trip_id, {
            driverId: outcome.driver_id,
            followUps: followUps.get(outcome.trip_id) ?? [],
          });
        }
        if (this.outcomes.take(outcome, offer)) conflictedDriverIds.add(outcome.driver_id);
      }
    }
    return { made, conflictedDriverIds };
  }

  #versionsOf(offers: readonly RoundOffer[]): Map<TripId, number> {
    return new Map(offers.map(({ tripId }) => [tripId, this.demand.get(tripId)?.version ?? 0]));
  }
}

/**
 * Splits the offers of a round into batches to commit, each offer with the epoch of its shard's claim. Offers of shards
 * that are no longer owned are left out.
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
