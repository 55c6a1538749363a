import { Inject, Injectable } from '@nestjs/common';
import { isUncontested, OpenDemand, SupplyIndex, type OpenTrip, type RoundParams } from '#libs/dispatch';
import { ROUND_PARAMS } from '../round-params/round-params.module.ts';
import { PendingAsks } from './pending-asks.ts';

/** Which news call for a round at once; for all others the next one is near, and chooses among more. */
@Injectable()
export class RoundUrgency {
  constructor(
    private readonly demand: OpenDemand,
    private readonly supply: SupplyIndex,
    private readonly pending: PendingAsks,
    @Inject(ROUND_PARAMS) private readonly params: RoundParams,
  ) {}

  /** A driver that was replaced waits to be sent on; or a trip waits whose driver nobody else competes for. */
  isUrgent(trip: OpenTrip): boolean {
    if (this.pending.concerns(trip.tripId)) return true;
    if (trip.driverId !== undefined || trip.offered) return false;
    return isUncontested(trip, this.demand, this.supply, this.params.pickupRadiusM);
  }
}
