import { z } from 'zod';
import { HailgridError, newId, toTimestamp, type DriverId, type RiderId, type TripId } from '#libs/contracts';
import { auditChain, decide, evolve, type Trip, type TripCommand } from '#libs/trip';
import {
  insertQuote,
  openSession,
  readChains,
  readClaims,
  readTrip,
  sha256Hex,
  type CommandTransaction,
  type TripStore,
} from '../index.ts';
import type { CommandWork } from './group-commit.ts';

export const PLAYED_AT_MS = Date.parse('2026-03-01T12:00:00Z');
/** Of all worlds in one database. */
const MAX_TRIPS = 10_000;
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const PLACE = { lat: 38.71, lng: -9.14 };
const CELL = '89393362b83ffff';

/** What somebody tries, by the numbers of the trip, of the driver and of the key it is tried under. */
export interface PlayedCommand {
  readonly type: 'create' | 'accept' | 'decline' | 'arrive' | 'start' | 'complete' | 'give_back' | 'cancel';
  readonly trip: number;
  readonly driver: number;
  /** Undefined: without one. */
  readonly key: number | undefined;
}

/** Some riders with a quote each, and some drivers: whatever is tried with them, tried elsewhere, comes to the same. */
export class PlayedTrips {
  readonly #store: TripStore;
  readonly #riderId: RiderId;
  readonly #quotes: readonly string[];
  readonly #trips: readonly TripId[];
  readonly #drivers: readonly DriverId[];

  private constructor(
    store: TripStore,
    riderId: RiderId,
    quotes: readonly string[],
    drivers: readonly DriverId[],
  ) {
    this.#store = store;
    this.#riderId = riderId;
    this.#quotes = quotes;
    this.#trips = quotes.map(() => newId('trip'));
    this.#drivers = drivers;
  }

  static async make(store: TripStore, { trips, drivers }: { trips: number; drivers: number }) {
    const riderId = newId('rider');
    const quotes = Array.from({ length: trips }, () => newId('quote'));
    for (const quote_id of quotes)
      await insertQuote(store, {
        quote_id,
        rider_id: riderId,
        product: 'standard',
        pickup: PLACE,
        dropoff: PLACE,
        pickup_cell: CELL,
        fare: { amount_minor: 700, currency: 'EUR' },
        distance_m: 2_000,
        trip_s: 400,
        pickup_eta_s: null,
        created_at: toTimestamp(PLAYED_AT_MS),
        expires_at: toTimestamp(PLAYED_AT_MS + 60_000),
      });
    const online = Array.from({ length: drivers }, () => newId('driver'));
    for (const driverId of online)
      await store.transact((transaction) =>
        openSession(transaction, { driverId, product: 'standard', vehicle: VEHICLE, atMs: PLAYED_AT_MS }),
      );
    return new PlayedTrips(store, riderId, quotes, online);
  }

  /** The command as `trips` runs it; returns the state it leads to. */
  workOf(command: PlayedCommand): CommandWork<string> {
    const isRiders = command.type === 'create' || command.type === 'cancel';
    const actor = isRiders
      ? ({ prefix: 'rider', id: this.#riderId } as const)
      : ({ prefix: 'driver', id: this.#driver(command) } as const);
    const { key, ...asked } = command;
    const digest = sha256Hex(JSON.stringify(asked));
    const idempotency = key === undefined ? undefined : { key: `key-${key}`, request_digest: digest };
    const request = { actor, idempotency, output: z.string() };
    return (transaction) => transaction.once(request, () => this.#run(transaction, command));
  }

  /** As a matcher does: to whoever seems free or rides, in place of whoever is on the way. */
  async offer({ trip: number, driver }: Pick<PlayedCommand, 'trip' | 'driver'>): Promise<void> {
    const [tripId, driverId] = [this.#trips[number] ?? '', this.#driver({ driver })];
    await this.#store.transact(async (transaction) => {
      const trip = await readTrip(transaction, tripId);
      if (trip === undefined) return;
      await transaction.lockDriver(driverId);
      const offer = {
        offerId: `offer_${tripId.slice('trip_'.length)}` as const,
        driverId,
        expiresAtMs: PLAYED_AT_MS + 15_000,
        pickupEtaS: 60,
        pickupDistanceM: 300,
        ...(trip.driver !== null && { replacesDriverId: trip.driver.driverId }),
      };
      const decision = decide(trip, { type: 'offer', offer }, PLAYED_AT_MS);
      if (decision.outcome !== 'changed') return;
      const [now] = await readClaims(transaction, [driverId]);
      const taken = await transaction.takeClaims([{ ...offer, tripId, afterRide: now !== undefined }]);
      const standing = taken.get(driverId);
      if (standing === undefined) return;
      await transaction.write(
        decision.events.map((event) => ({
          event,
          trip: evolve(trip, event),
          drivers: [standing],
          authority: null,
        })),
      );
    });
  }

  /** All that Postgres holds of them, with numbers for ids, and what is wrong with the chains of events. */
  async everything(): Promise<unknown> {
    const byId = (a: string, b: string): number => (a < b ? -1 : 1);
    const names = new Map<string, string>([
      ...this.#trips.map((id, number) => [id, `trip ${number}`] as const),
      ...this.#trips.map((id, number) => [`offer_${id.slice('trip_'.length)}`, `offer ${number}`] as const),
      ...this.#quotes.map((id, number) => [id, `quote ${number}`] as const),
      ...this.#drivers.map((id, number) => [id, `driver ${number}`] as const),
      [this.#riderId, 'rider'],
    ]);
    const trips = await Promise.all(this.#trips.map((tripId) => readTrip(this.#store, tripId)));
    const all = new Map(
      (await readChains(this.#store, undefined, MAX_TRIPS)).map((chain) => [chain.tripId, chain]),
    );
    const chains = this.#trips.flatMap((tripId) => all.get(tripId) ?? []);
    const everything = {
      trips,
      claims: (await readClaims(this.#store, this.#drivers)).toSorted((a, b) => byId(a.tripId, b.tripId)),
      drivers: await this.#versions(),
      events: chains.map(({ events }) => events.map(({ facts }) => facts)),
      faults: chains.flatMap((chain) => auditChain(chain, sha256Hex)),
    };
    return JSON.parse(
      JSON.stringify(everything).replaceAll(
        /(trip|offer|quote|driver|rider)_[0-9a-z]{26}/g,
        (id) => names.get(id) ?? id,
      ),
    );
  }

  #driver({ driver }: Pick<PlayedCommand, 'driver'>): DriverId {
    const driverId = this.#drivers[driver];
    if (driverId === undefined) throw new RangeError(`no driver ${driver}`);
    return driverId;
  }

  async #versions(): Promise<number[]> {
    const locked = await this.#store.transact((transaction) =>
      Promise.all(this.#drivers.map((driverId) => transaction.lockDriver(driverId))),
    );
    return locked.map(({ version }) => version);
  }

  async #run(transaction: CommandTransaction, command: PlayedCommand): Promise<string> {
    const tripId = this.#trips[command.trip] ?? '';
    const driverId = this.#driver(command);
    if (command.type === 'create') return (await this.#create(transaction, command.trip)).state;
    const { trip, decision } = await transaction.change(tripId, async (before) => {
      if (command.type === 'arrive') await requireTurn(transaction, driverId, tripId);
      if (command.type === 'accept') await transaction.lockDriver(driverId);
      return commandOf(command.type, before, driverId);
    });
    if (decision.outcome === 'refused') throw new HailgridError('illegal_transition', decision.refusal);
    return trip.state;
  }

  #tripId(number: number): TripId {
    const tripId = this.#trips[number];
    if (tripId === undefined) throw new RangeError(`no trip ${number}`);
    return tripId;
  }

  async #create(transaction: CommandTransaction, number: number): Promise<Trip> {
    const quoteId = (this.#quotes[number] ?? '') as `quote_${string}`;
    await transaction.quoteOf(this.#riderId, quoteId);
    return transaction.create({
      tripId: this.#tripId(number),
      riderId: this.#riderId,
      quoteId,
      product: 'standard',
      pickup: PLACE,
      dropoff: PLACE,
      pickupCell: CELL,
      fareAmountMinor: 700,
      fareCurrency: 'EUR',
      distanceM: 2_000,
      tripS: 400,
      requestedAtMs: PLAYED_AT_MS,
      searchDeadlineAtMs: PLAYED_AT_MS + 300_000,
    });
  }
}

async function requireTurn(transaction: CommandTransaction, driverId: string, tripId: string): Promise<void> {
  const [now, next] = await transaction.claimsOn(driverId);
  if (now !== undefined && next?.tripId === tripId)
    throw new HailgridError('illegal_transition', 'not its turn');
}

/** What is said to a trip when this is tried with it; the types that no command to a trip stands for throw. */
export function commandOf(
  type: PlayedCommand['type'] | 'offer',
  trip: Trip,
  driverId: DriverId,
): TripCommand {
  const offerId = trip.offer?.offerId ?? 'offer_none';
  switch (type) {
    case 'accept':
      return { type, offerId, driverId, vehicle: VEHICLE };
    case 'decline':
      return { type, offerId, driverId };
    case 'give_back':
      return { type: 'driver_cancel', driverId, reason: null, searchMs: 60_000 };
    case 'cancel':
      return { type: 'rider_cancel', reason: null };
    case 'arrive':
    case 'start':
    case 'complete':
      return { type, driverId };
    case 'create':
      throw new Error('a trip that exists is not made');
    case 'offer':
      throw new Error('offers are made in batches');
  }
}
