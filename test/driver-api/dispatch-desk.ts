import type { CommandClient } from '#libs/bus';
import {
  createQuote,
  createTrip,
  makeOffers,
  newId,
  toTimestamp,
  type DriverId,
  type OfferOutcome,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf, shardCellOf, type Point } from '#libs/geo';
import type { Clock } from '#libs/service';
import { PlayedMatcher } from '../ownership/played-matcher.ts';

const MATCHER = 'desk-1';
const OWNER_TIMEOUT_MS = 30_000;

/**
 * Sends the commands of riders and of a matcher to `trips`, so that a test decides which driver is offered which trip.
 */
export class DispatchDesk {
  readonly #matcher: PlayedMatcher;
  readonly #clock: Clock;

  private constructor(matcher: PlayedMatcher, clock: Clock) {
    this.#matcher = matcher;
    this.#clock = clock;
  }

  /** Ready once the planner has given it the shards. */
  static async open(natsUrls: readonly string[], clock: Clock): Promise<DispatchDesk> {
    const matcher = await PlayedMatcher.join(natsUrls, MATCHER, clock);
    await matcher.untilOwner(OWNER_TIMEOUT_MS);
    return new DispatchDesk(matcher, clock);
  }

  get commands(): CommandClient {
    return this.#matcher.commands;
  }

  async close(): Promise<void> {
    await this.#matcher.die();
  }

  async requestTrip(pickup: Point, dropoff: Point): Promise<{ riderId: RiderId; tripId: TripId }> {
    const riderId = newId('rider');
    const nowMs = this.#clock.now();
    const quote = await this.commands.call(createQuote, {
      rider_id: riderId,
      product: 'standard',
      pickup,
      dropoff,
      pickup_cell: cellKeyToH3(pickupCellOf(pickup)),
      fare: { amount_minor: 900, currency: 'EUR' },
      distance_m: 2_000,
      trip_s: 300,
      pickup_eta_s: null,
      created_at: toTimestamp(nowMs),
      expires_at: toTimestamp(nowMs + 600_000),
    });
    const idempotency = { key: riderId, request_digest: 'd'.repeat(64) };
    const trip = await this.commands.call(createTrip, {
      rider_id: riderId,
      quote_id: quote.quote_id,
      idempotency,
    });
    return { riderId, tripId: trip.trip_id };
  }

  async offer(tripId: TripId, driverId: DriverId, pickup: Point): Promise<OfferOutcome> {
    const shard = cellKeyToH3(shardCellOf(pickup));
    const epoch = this.#matcher.epochOf(shard) ?? 0;
    const proposal = { trip_id: tripId, driver_id: driverId, shard, epoch };
    const { outcomes } = await this.commands.call(makeOffers, {
      matcher: MATCHER,
      offers: [{ ...proposal, pickup_eta_s: 60, pickup_distance_m: 400 }],
    });
    const [outcome] = outcomes;
    if (outcome?.result !== 'offered') throw new Error(`not offered: ${JSON.stringify(outcome)}`);
    return outcome;
  }
}
