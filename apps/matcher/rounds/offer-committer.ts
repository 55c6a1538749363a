import { Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { makeOffers } from '#libs/contracts';
import { OpenDemand, type DriverId, type TripId } from '#libs/dispatch';
import { Ownership } from '../ownership/ownership.ts';
import { offerBatches } from './offer-batches.ts';
import { PendingAsks } from './pending-asks.ts';
import type { RoundOffer } from './round-plan.ts';
import { OfferOutcomes, type SentOffer } from './offer-outcomes.ts';

export interface CommittedOffers {
  readonly made: number;
  /** Drivers that turned out not to be available; their trips may be tried with others. */
  readonly conflictedDriverIds: ReadonlySet<DriverId>;
}

/** Has the offers of a round committed and takes in what became of each. */
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
   * Call it in the round in which the offers were decided: a handover waits for that round. Throws where `trips` cannot be reached; what was
   * committed up to then has been taken in, and what is not known is found out by the next sweep.
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
