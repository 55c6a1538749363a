import { Inject, Injectable } from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import {
  createQuote,
  MAX_LINE_POINTS,
  toTimestamp,
  type Idempotency,
  type Quote,
  type QuoteRequest,
  type RiderId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf, thinnedLine } from '#libs/geo';
import { CLOCK, CONFIG, HEALTH, type Clock, type Health } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import { fareOf } from '#libs/trip';
import type { RiderApiConfig } from '../config.ts';
import { RideTimeLearning } from '../ride-times/ride-time-learning.ts';
import { PickupEta } from './pickup-eta.ts';
import { checkPickupShard, checkRoute, requireRide } from './route.ts';
import { tariffOf } from './tariffs.ts';

/** Makes quotes and stores them in `trips`, so that any instance can create a trip at the quoted price. */
@Injectable()
export class Quoting {
  constructor(
    @Inject(CONFIG) private readonly config: RiderApiConfig,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    private readonly shards: LiveShardMap,
    private readonly pickupEta: PickupEta,
    private readonly rideTimes: RideTimeLearning,
    private readonly commands: CommandClient,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(HEALTH) health: Health,
  ) {
    health.add('shard_map', () => (shards.map.size > 0 ? undefined : 'not read yet'));
  }

  /**
   * Throws `outside_service_area`, `route_too_short`, `no_route`, `ride_too_long`, or `unavailable` while there is no
   * shard map.
   */
  async quote(
    riderId: RiderId,
    { product, pickup, dropoff }: QuoteRequest,
    idempotency?: Idempotency,
  ): Promise<Quote> {
    checkRoute(this.config.serviceArea, pickup, dropoff);
    const pickupCell = pickupCellOf(pickup);
    checkPickupShard(this.shards.map, pickupCell);
    const nowMs = this.clock.now();
    const [outcome, pickupEtaS] = await Promise.all([
      this.travelTimes.rides.ride(pickup, dropoff, nowMs),
      this.pickupEta.ask(pickup, pickupCell, product),
    ]);
    const ride = requireRide(outcome, this.config.maxRideS);
    // Rounded first, so that the fare can be computed from the returned distance and time.
    const distanceM = Math.round(ride.distanceM);
    const streetS = Math.round(ride.seconds);
    const { source } = ride;
    const tripS = Math.round(this.rideTimes.meanS({ pickup, dropoff, source, streetS, atMs: nowMs }));
    const fareS = this.config.fareTime === 'told' ? tripS : streetS;
    const fare = fareOf(tariffOf(product, this.config.currency), distanceM, fareS);
    return this.commands.call(createQuote, {
      rider_id: riderId,
      product,
      pickup,
      dropoff,
      pickup_cell: cellKeyToH3(pickupCell),
      fare: { amount_minor: fare.amountMinor, currency: fare.currency },
      distance_m: distanceM,
      distance_source: source,
      trip_s: tripS,
      street_s: streetS,
      line: thinnedLine(ride.line, MAX_LINE_POINTS),
      pickup_eta_s: pickupEtaS,
      created_at: toTimestamp(nowMs),
      expires_at: toTimestamp(nowMs + this.config.quoteTtlMs),
      ...(idempotency !== undefined && { idempotency }),
    });
  }
}
