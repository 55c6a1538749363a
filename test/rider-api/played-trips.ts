import type { NatsConnection } from '@nats-io/transport-node';
import { Controller, Module } from '@nestjs/common';
import { HandleCommand, publishJson, type ReportsFailures } from '#libs/bus';
import {
  cancelTrip,
  createQuote,
  createTrip,
  getShardMap,
  getTrip,
  HailgridError,
  listTrips,
  newId,
  readShardClaims,
  readRideTimes,
  replayTrip,
  riderPushSubject,
  toTimestamp,
  type CommandInput,
  type CommandOutput,
  type Idempotency,
  type Quote,
  type QuoteId,
  type RiderId,
  type TripChange,
  type TripId,
  type TimedRide,
  type TripRecord,
} from '#libs/contracts';
import { ShardMap } from '#libs/ownership';
import type { TripEventType } from '#libs/trip';

interface KeptQuote {
  quote: Quote;
  riderId: RiderId;
  pickupCell: string;
}

interface KeptTrip {
  changes: TripChange[];
}

/**
 * Plays `trips` behind its real commands, with everything in memory, so that a test decides which pushes are sent and which
 * are lost.
 */
@Controller()
export class PlayedTrips implements ReportsFailures {
  map = ShardMap.empty;
  /** Completed rides; one page has all. */
  readonly rides: TimedRide[] = [];
  readonly failures: string[] = [];
  readonly #quotes = new Map<QuoteId, KeptQuote>();
  readonly #trips = new Map<TripId, KeptTrip>();
  readonly #answers = new Map<string, { digest: string; trip: TripRecord }>();

  reportFailure(_command: unknown, error: HailgridError): void {
    this.failures.push(error.code);
  }

  /** Commits a change without publishing it; {@link push} does that. */
  change(tripId: TripId, type: TripEventType, after: Partial<TripRecord>): TripChange {
    const kept = this.#kept(tripId);
    const before = newestOf(kept).trip;
    const seq = before.seq + 1;
    const change = changeOf({ ...before, ...after, seq }, type);
    kept.changes.push(change);
    return change;
  }

  newest(tripId: TripId): TripRecord {
    return newestOf(this.#kept(tripId)).trip;
  }

  @HandleCommand(getShardMap)
  async shardMap(): Promise<CommandOutput<typeof getShardMap>> {
    return { shards: this.map.claims(), more: false };
  }

  @HandleCommand(readShardClaims)
  async claims({
    shards,
  }: CommandInput<typeof readShardClaims>): Promise<CommandOutput<typeof readShardClaims>> {
    return { shards: this.map.claims().filter(({ shard }) => shards.includes(shard)) };
  }

  @HandleCommand(readRideTimes)
  async rideTimes({
    after,
  }: CommandInput<typeof readRideTimes>): Promise<CommandOutput<typeof readRideTimes>> {
    const last =
      this.rides.length === 0 ? null : { ended_at: toTimestamp(Date.now()), trip_id: newId('trip') };
    return { rides: after === undefined ? this.rides : [], after: after ?? last, more: false };
  }

  @HandleCommand(createQuote)
  async quote(input: CommandInput<typeof createQuote>): Promise<CommandOutput<typeof createQuote>> {
    const { rider_id, pickup_cell, ...rest } = input;
    const quote = createQuote.output.parse({ ...rest, quote_id: newId('quote') });
    this.#quotes.set(quote.quote_id, { quote, riderId: rider_id, pickupCell: pickup_cell });
    return quote;
  }

  @HandleCommand(createTrip)
  async create({
    rider_id,
    quote_id,
    idempotency,
  }: CommandInput<typeof createTrip>): Promise<CommandOutput<typeof createTrip>> {
    return this.#once(idempotency, () => {
      const kept = this.#quotes.get(quote_id);
      if (kept?.riderId !== rider_id) throw new HailgridError('quote_not_found', quote_id);
      const trip = requestedTrip(kept);
      this.#trips.set(trip.trip_id, { changes: [changeOf(trip, 'requested')] });
      return trip;
    });
  }

  @HandleCommand(getTrip)
  async get({ trip_id, reader }: CommandInput<typeof getTrip>): Promise<CommandOutput<typeof getTrip>> {
    return newestOf(this.#readable(trip_id, reader)).trip;
  }

  @HandleCommand(listTrips)
  async list({
    rider_id,
    after,
    limit,
  }: CommandInput<typeof listTrips>): Promise<CommandOutput<typeof listTrips>> {
    const all = [...this.#trips.values()].map((kept) => newestOf(kept).trip);
    const older = all
      .filter((trip) => trip.rider_id === rider_id && (after === undefined || trip.trip_id < after))
      .toSorted((a, b) => (a.trip_id < b.trip_id ? 1 : -1));
    return { trips: older.slice(0, limit), more: older.length > limit };
  }

  @HandleCommand(replayTrip)
  async replay({
    trip_id,
    after_seq,
    reader,
  }: CommandInput<typeof replayTrip>): Promise<CommandOutput<typeof replayTrip>> {
    const { changes } = this.#readable(trip_id, reader);
    return { changes: changes.filter(({ event }) => event.seq > after_seq) };
  }

  @HandleCommand(cancelTrip)
  async cancel(input: CommandInput<typeof cancelTrip>): Promise<CommandOutput<typeof cancelTrip>> {
    const { trip_id, rider_id, reason = null } = input;
    const { trip } = newestOf(this.#readable(trip_id, { role: 'rider', rider_id }));
    if (trip.state === 'in_progress') throw new HailgridError('illegal_transition', 'on board');
    return this.change(trip_id, 'rider_canceled', { state: 'rider_canceled', cancel_reason: reason }).trip;
  }

  #once({ key, request_digest }: Idempotency, act: () => TripRecord): TripRecord {
    const before = this.#answers.get(key);
    if (before !== undefined) {
      if (before.digest !== request_digest) throw new HailgridError('idempotency_key_reused', key);
      return before.trip;
    }
    const trip = act();
    this.#answers.set(key, { digest: request_digest, trip });
    return trip;
  }

  #kept(tripId: TripId): KeptTrip {
    const kept = this.#trips.get(tripId);
    if (kept === undefined) throw new HailgridError('trip_not_found', tripId);
    return kept;
  }

  #readable(tripId: TripId, reader: CommandInput<typeof getTrip>['reader']): KeptTrip {
    const kept = this.#kept(tripId);
    if (reader.role !== 'rider' || newestOf(kept).trip.rider_id !== reader.rider_id) {
      throw new HailgridError('trip_not_found', tripId);
    }
    return kept;
  }
}

@Module({ controllers: [PlayedTrips] })
export class PlayedTripsModule {}

/** The publication that `trips` makes after a commit. */
export function push(bus: NatsConnection, change: TripChange): void {
  publishJson(bus, riderPushSubject(change.trip.rider_id), change);
}

function newestOf({ changes }: KeptTrip): TripChange {
  const newest = changes.at(-1);
  if (newest === undefined) throw new Error('a trip without changes');
  return newest;
}

function changeOf(trip: TripRecord, type: TripEventType): TripChange {
  const { trip_id, seq } = trip;
  const event = {
    trip_id,
    seq,
    type,
    at: toTimestamp(Date.now()),
    driver_id: null,
    freed_driver_id: null,
    data: {},
  };
  return { event, trip, drivers: [] };
}

function requestedTrip({ quote, riderId, pickupCell }: KeptQuote): TripRecord {
  const { quote_id, product, pickup, dropoff, fare, distance_m, distance_source, trip_s, street_s } = quote;
  const nowMs = Date.now();
  return {
    trip_id: newId('trip'),
    rider_id: riderId,
    quote_id,
    product,
    state: 'processing',
    seq: 1,
    pickup,
    dropoff,
    pickup_cell: pickupCell,
    fare,
    distance_m,
    distance_source,
    trip_s,
    street_s,
    requested_at: toTimestamp(nowMs),
    search_deadline_at: toTimestamp(nowMs + 300_000),
    offer: null,
    driver: null,
    excluded_driver_ids: [],
    pauses: [],
    swaps: 0,
    accepted_at: null,
    arrived_at: null,
    started_at: null,
    ended_at: null,
    cancel_reason: null,
    attention: null,
  };
}
