import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestJson } from '#libs/bus';
import { driverEtaSubject, pickupEtaReply, type DriverEtaRequest } from '#libs/contracts';
import { cellKeyFromH3 } from '#libs/geo';
import { LiveShardMap } from '#libs/shard-map';
import type { DriverId, Trip } from '#libs/trip';

/** How long an operator's act waits for a matcher, wall time. */
const ANSWER_LIMIT_MS = 250;
/**
 * The pickup ETA that rider and driver see if no matcher knows where the driver is, for example when an operator has called
 * it by telephone: a drive through a city of middle size.
 */
export const UNSEEN_DRIVER_ETA_S = 600;

/** How far one driver is from a pickup, by the matcher that owns it. */
@Injectable()
export class DriverEta {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly shards: LiveShardMap,
  ) {}

  async secondsTo(trip: Trip | undefined, driverId: DriverId): Promise<number> {
    if (trip === undefined) return UNSEEN_DRIVER_ETA_S;
    try {
      const reply = await this.shards.askOwner(cellKeyFromH3(trip.pickupCell), ({ owner, shard, epoch }) => {
        const question: DriverEtaRequest = { shard, epoch, pickup: trip.pickup, driver_id: driverId };
        return requestJson(this.bus, driverEtaSubject(owner), question, pickupEtaReply, ANSWER_LIMIT_MS);
      });
      return (typeof reply === 'string' ? null : reply.pickup_eta_s) ?? UNSEEN_DRIVER_ETA_S;
    } catch {
      // Without the matcher the act only lacks its estimate. The matchers' own metrics show the failure.
      return UNSEEN_DRIVER_ETA_S;
    }
  }
}
