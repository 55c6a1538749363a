import { Controller, Inject } from '@nestjs/common';
import { HandleCommand } from '#libs/bus';
import {
  createTrip,
  HailgridError,
  newIdAt,
  toTripRecord,
  type CommandInput,
  type CommandOutput,
  type QuoteId,
  type RiderId,
} from '#libs/contracts';
import { CONFIG, LOGGER, type Logger } from '#libs/service';
import { TripStore, type CommandTransaction } from '#libs/store';
import type { TripRequest } from '#libs/trip';
import { CommandHandlers } from '../command-handlers.ts';
import type { TripsConfig } from '../config.ts';

/** Creates the trip of a quote for its rider. A retry under the same key returns the same trip. */
@Controller()
export class CreateTripHandler extends CommandHandlers {
  readonly #searchMs: number;
  readonly #maxOpenTrips: number;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(LOGGER) logger: Logger,
  ) {
    super(logger);
    this.#searchMs = config.searchDeadlineMs;
    this.#maxOpenTrips = config.maxOpenTrips;
  }

  @HandleCommand(createTrip)
  async handle(input: CommandInput<typeof createTrip>): Promise<CommandOutput<typeof createTrip>> {
    const { rider_id: riderId, quote_id: quoteId, idempotency } = input;
    const request = {
      actor: { prefix: 'rider', id: riderId },
      idempotency,
      output: createTrip.output,
    } as const;
    return this.store.commit(request, async (transaction) => {
      const trip = await requestOf(transaction, riderId, quoteId, this.#searchMs);
      return toTripRecord(await transaction.create(trip, this.#maxOpenTrips));
    });
  }
}

/** The trip request as the quote has it. Throws `quote_expired`. */
async function requestOf(
  transaction: CommandTransaction,
  riderId: RiderId,
  quoteId: QuoteId,
  searchMs: number,
): Promise<TripRequest> {
  const quote = await transaction.quoteOf(riderId, quoteId);
  const { nowMs } = transaction;
  if (nowMs >= quote.expires_at) throw new HailgridError('quote_expired', `quote ${quoteId} has expired`);
  return {
    tripId: newIdAt('trip', nowMs),
    riderId,
    quoteId,
    product: quote.product,
    pickup: { lat: quote.pickup_lat, lng: quote.pickup_lng },
    dropoff: { lat: quote.dropoff_lat, lng: quote.dropoff_lng },
    pickupCell: quote.pickup_cell,
    fareAmountMinor: quote.fare_minor,
    fareCurrency: quote.currency,
    distanceM: quote.distance_m,
    ...(quote.distance_source !== null && { distanceSource: quote.distance_source }),
    tripS: quote.trip_s,
    ...(quote.street_s !== null && { streetS: quote.street_s }),
    requestedAtMs: nowMs,
    searchDeadlineAtMs: nowMs + searchMs,
  };
}
