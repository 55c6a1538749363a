import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  createQuote,
  HailgridError,
  toTimestamp,
  type Idempotency,
  type Quote,
  type QuoteRequest,
  type RiderId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf } from '#libs/geo';
import { CLOCK, CONFIG, HEALTH, type Clock, type Health } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import { fareOf } from '#libs/trip';
import type { RiderApiConfig } from '../config.ts';
import { PickupEta } from './pickup-eta.ts';
import { estimateRide, checkPickupShard, checkRoute } from './route.ts';
import { tariffOf } from './tariffs.ts';

/** Makes quotes and stores them in `trips`, so that any instance can create a trip at the quoted price. */
@Injectable()
export class Quoting {
  constructor(
    @Inject(CONFIG) private readonly config: RiderApiConfig,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    private readonly shards: LiveShardMap,
    private readonly pickupEta: PickupEta,
    private readonly commands: CommandClient,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(HEALTH) health: Health,
  ) {
    health.add('shard_map', () => (shards.map.size > 0 ? undefined : 'not read yet'));
  }

  /** Throws `outside_service_area`, `route_too_short`, or `unavailable` while there is no shard map. */
  async quote(
    riderId: RiderId,
    { product, pickup, dropoff }: QuoteRequest,
    idempotency?: Idempotency,
  ): Promise<Quote> {
    checkRoute(this.config.serviceArea, pickup, dropoff);
    const pickupCell = pickupCellOf(pickup);
    checkPickupShard(this.shards.map, pickupCell);
    const nowMs = this.clock.now();
    const [ride, pickupEtaS] = await Promise.all([
      estimateRide(this.travelTimes.provider, this.config.detourFactor, pickup, dropoff, nowMs),
      this.pickupEta.ask(pickup, pickupCell, product),
    ]);
    if (ride.tripS === Infinity) throw noRoute();
    // Rounded first, so that the fare can be computed from the returned distance and time.
    const distanceM = Math.round(ride.distanceM);
    const tripS = Math.round(ride.tripS);
    const fare = fareOf(tariffOf(product, this.config.currency), distanceM, tripS);
    return this.commands.call(createQuote, {
      rider_id: riderId,
      product,
      pickup,
      dropoff,
      pickup_cell: cellKeyToH3(pickupCell),
      fare: { amount_minor: fare.amountMinor, currency: fare.currency },
      distance_m: distanceM,
      trip_s: tripS,
      pickup_eta_s: pickupEtaS === null ? null : Math.round(pickupEtaS),
      created_at: toTimestamp(nowMs),
      expires_at: toTimestamp(nowMs + this.config.quoteTtlMs),
      ...(idempotency !== undefined && { idempotency }),
    });
  }
}

function noRoute(): HailgridError {
  return new HailgridError('outside_service_area', 'no route from pickup to dropoff', {
    issues: [{ pointer: '/dropoff', message: 'there is no route from the pickup' }],
  });
}
