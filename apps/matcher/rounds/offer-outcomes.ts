import { Inject, Injectable } from '@nestjs/common';
import type { OfferOutcome, OfferProposal, OfferRefusal } from '#libs/contracts';
import { OpenDemand, SupplyIndex } from '#libs/dispatch';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { OpenTripReader } from '../demand/open-trip-reader.ts';
import { AvoidedDrivers } from './avoided-drivers.ts';
import { RoundMetrics } from './round-metrics.ts';

type Offered = Extract<OfferOutcome, { result: 'offered' }>;
type Refused = Extract<OfferOutcome, { result: 'refused' }>;

/** An offer sent to be committed, with the version of the trip that it was decided on. */
export interface SentOffer {
  readonly proposal: OfferProposal;
  readonly tripVersion: number;
}

/** Applies the outcomes of a round's offers to demand and supply. */
@Injectable()
export class OfferOutcomes {
  constructor(
    private readonly demand: OpenDemand,
    private readonly supply: SupplyIndex,
    private readonly reader: OpenTripReader,
    private readonly shards: LiveShardMap,
    private readonly avoided: AvoidedDrivers,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly metrics: RoundMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Applies one outcome. Returns whether the trip should be tried with another driver at once. */
  take(outcome: OfferOutcome, sent: SentOffer): boolean {
    if (outcome.result === 'refused') return this.#takeRefused(outcome, sent);
    this.#takeOffered(outcome, sent);
    return false;
  }

  #takeOffered(outcome: Offered, { proposal }: SentOffer): void {
    const { trip_id, driver_id, offer_id, driver_version, trip_seq } = outcome;
    const view = this.supply.view(driver_id);
    const isRiding = proposal.after_ride_at_version !== undefined;
    this.supply.applyStatus({
      driverId: driver_id,
      status: isRiding ? 'on_trip' : 'offered',
      statusVersion: driver_version,
      freeAtMs: isRiding ? (view?.freeAtMs ?? 0) : 0,
      rideEnd: isRiding ? view?.rideEnd : undefined,
      booked: isRiding,
    });
    const trip = this.demand.get(trip_id);
    if (trip !== undefined) this.demand.upsert({ ...trip, offered: true, version: trip_seq });
    this.metrics.countOffered();
    const { shard, epoch, pickup_eta_s } = proposal;
    this.logger.info(
      { event: 'offer_made', trip_id, driver_id, offer_id, shard, epoch, pickup_eta_s },
      'offer made',
    );
  }

  #takeRefused({ trip_id, driver_id, reason }: Refused, { proposal, tripVersion }: SentOffer): boolean {
    this.metrics.countRefused(reason);
    this.logger.debug({ event: 'offer_refused', trip_id, driver_id, reason }, 'offer refused');
    const consequence = CONSEQUENCES[reason];
    const version = this.supply.view(driver_id)?.statusVersion ?? -1;
    this.avoided.avoid(driver_id, version, this.clock.now());
    if (consequence === 'forget_trip') this.demand.remove(trip_id, tripVersion);
    if (consequence === 'read_trip_and_try_another_driver') this.reader.request(trip_id, proposal.shard);
    if (consequence === 'shard_moved') {
      this.demand.dropShard(proposal.shard);
      void this.shards.reload();
    }
    return triesAnotherDriver(consequence);
  }
}

/**
 * Consequence of a refused offer:
 * - `try_another_driver`: the driver is taken, the trip still waits.
 * - `read_trip_and_try_another_driver`: the known trip is stale: the driver had declined it.
 * - `forget_trip`: the trip no longer waits.
 * - `shard_moved`: another matcher owns the shard.
 */
export type RefusalConsequence =
  'try_another_driver' | 'read_trip_and_try_another_driver' | 'forget_trip' | 'shard_moved';

export const CONSEQUENCES: Readonly<Record<OfferRefusal, RefusalConsequence>> = {
  driver_claimed: 'try_another_driver',
  driver_unavailable: 'try_another_driver',
  driver_excluded: 'read_trip_and_try_another_driver',
  trip_not_open: 'forget_trip',
  stale_epoch: 'shard_moved',
  wrong_shard: 'shard_moved',
};

export function triesAnotherDriver(consequence: RefusalConsequence): boolean {
  return consequence === 'try_another_driver' || consequence === 'read_trip_and_try_another_driver';
}
