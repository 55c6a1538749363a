import {
  HailgridError,
  uuidOf,
  type DriverStanding,
  type Idempotency,
  type OfferId,
  type QuoteId,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import {
  chainHash,
  claimChangesOf,
  decide,
  evolve,
  NO_HASH,
  type Trip,
  type TripCommand,
  type TripDecision,
  type TripEvent,
  type TripRequest,
} from '#libs/trip';
import type { z } from 'zod';
import type { Queryable, Statement } from '../postgres/database.ts';
import { takeClaims, type ClaimRow, type OfferClaim } from '../statements/claims.ts';
import { bumpDrivers, type DriverRow } from '../statements/drivers.ts';
import { keyName, type KeyId } from '../statements/idempotency-keys.ts';
import type { QuoteRow } from '../statements/quotes.ts';
import { DEFAULT_MAX_OPEN_TRIPS } from '../statements/trip-slots.ts';
import type { Insertion, NewTrip } from '../statements/write-trips.ts';
import { factsOf, sha256Hex, type WrittenChange } from '../written-change.ts';
import { CommandBatch, type StepQueue } from './command-batch.ts';

/** How long an answer is kept under its idempotency key. */
export const IDEMPOTENCY_TTL_MS = 24 * 3600 * 1000;

/** Who used an idempotency key. */
export interface Actor {
  prefix: 'rider' | 'driver' | 'operator';
  id: string;
}

/** A decision about a locked trip, with the shard and epoch of the matcher that made it, if one did. */
export interface DecidedTrip {
  trip: Trip;
  events: readonly TripEvent[];
  authority: WrittenChange['authority'];
}

export interface ChangedTrip {
  trip: Trip;
  decision: TripDecision;
}

/** The moment of a transaction. */
export interface Moment {
  /** Service time. */
  nowMs: number;
  /** Until then only the committing process publishes a change. */
  outboxDueAtMs: number;
}

/** A request that takes effect once under its idempotency key, which keeps its answer. */
export interface OnceRequest<T> {
  actor: Actor;
  /** Without a key the request takes effect each time it is made. */
  idempotency: Idempotency | undefined;
  /** Parses the kept answer. */
  output: z.ZodType<T>;
}

/**
 * One command in a transaction over trips, their events and the claims on drivers. Each call is a step that other commands of
 * the batch may share, so a command awaits nothing else.
 */
export class CommandTransaction {
  readonly #batch: CommandBatch;
  readonly #member: number;
  readonly #moment: Moment;
  readonly #written: WrittenChange[] = [];
  readonly #reserved: KeyId[] = [];
  readonly #drivers = new Map<string, DriverRow>();
  #hasWritten = false;

  /** @param member the number of the command in its batch */
  constructor(batch: CommandBatch, member: number, moment: Moment) {
    this.#batch = batch;
    this.#member = member;
    this.#moment = moment;
  }

  /** The moment of every change of this transaction. */
  get nowMs(): number {
    return this.#moment.nowMs;
  }

  /** The changes that the command has written so far, to be published after the commit. */
  get written(): readonly WrittenChange[] {
    return this.#written;
  }

  /** Whether the command has written, so that the transaction cannot be committed without it. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** The idempotency keys that the command has reserved. */
  get reserved(): readonly KeyId[] {
    return this.#reserved;
  }

  /** Reads a quote of the rider. Throws `quote_not_found`. */
  async quoteOf(riderId: RiderId, quoteId: QuoteId): Promise<QuoteRow> {
    const quote = (await this.#ask(this.#steps.readQuotes, [{ quoteId, riderId }])).get(quoteId);
    if (quote?.riderId !== riderId)
      throw new HailgridError('quote_not_found', `no quote ${quoteId} of ${riderId}`);
    return quote;
  }

  /** Finds the trip of an open or closed offer to the driver. Throws `offer_not_found`. */
  async tripOfOffer(offerId: OfferId, driverId: string): Promise<TripId> {
    const tripId = (await this.#ask(this.#steps.findOffers, [{ offerId, driverId }])).get(offerId);
    if (tripId === undefined)
      throw new HailgridError('offer_not_found', `no offer ${offerId} to ${driverId}`);
    return tripId;
  }

  /** Reads the driver's claims, the present one first. They may change until the driver is locked. */
  async claimsOn(driverId: string): Promise<ClaimRow[]> {
    const claims = await this.#ask(this.#steps.readClaims, [driverId]);
    return claims.filter((claim) => claim.driverId === driverId);
  }

  /**
   * Creates a trip with its first event, in a free slot of its rider. Throws `quote_used`, `too_many_open_trips`.
   */
  async create(request: TripRequest, maxOpenTrips = DEFAULT_MAX_OPEN_TRIPS): Promise<Trip> {
    const event: TripEvent = { type: 'requested', atMs: this.nowMs, request };
    const trip = evolve(null, event);
    const change = { event, trip, drivers: [], authority: null };
    const eventHash = chainHash(NO_HASH, factsOf(change), sha256Hex);
    const insertion = await this.#insert({ trip, eventHash, maxOpenTrips });
    if (insertion === 'quote_used') throw new HailgridError('quote_used', `quote ${request.quoteId} is used`);
    if (insertion === 'too_many_open_trips')
      throw new HailgridError(
        'too_many_open_trips',
        `${request.riderId} has ${maxOpenTrips} open trips or more`,
      );
    await this.write([change]);
    return trip;
  }

  /**
   * Locks the trip, gets the command, decides it, and writes the events and claims of the decision. Throws
   * `trip_not_found`. Returns a refusal instead of throwing it, since only the caller knows its error.
   */
  async change(
    tripId: string,
    command: (trip: Trip) => TripCommand | Promise<TripCommand>,
  ): Promise<ChangedTrip> {
    const trip = (await this.#ask(this.#steps.lockTrips, [tripId])).get(tripId);
    if (trip === undefined) throw new HailgridError('trip_not_found', `no trip ${tripId}`);
    const decision = decide(trip, await command(trip), this.nowMs);
    if (decision.outcome !== 'changed') return { trip, decision };
    const [next] = await this.apply([{ trip, events: decision.events, authority: null }]);
    return { trip: next ?? trip, decision };
  }

  /** Writes the events and claims of decisions about locked trips; returns the changed trips. */
  async apply(decided: readonly DecidedTrip[]): Promise<Trip[]> {
    const standings = await this.#changeClaims(decided);
    const changes: WrittenChange[] = [];
    const trips = decided.map(({ trip: before, events, authority }) => {
      let trip = before;
      for (const event of events) {
        trip = evolve(trip, event);
        const drivers = claimChangesOf(event).flatMap(({ driverId }) => standings.get(driverId) ?? []);
        changes.push({ event, trip, drivers, authority });
      }
      return trip;
    });
    await this.write(changes);
    return trips;
  }

  /** Locks the driver. Throws `driver_offline` if it never was online. */
  async lockDriver(driverId: string): Promise<DriverRow> {
    await this.#lockDrivers([driverId]);
    const driver = this.#drivers.get(driverId);
    if (driver === undefined)
      throw new HailgridError('driver_offline', `driver ${driverId} never was online`);
    return driver;
  }

  async write(changes: readonly WrittenChange[]): Promise<void> {
    if (changes.length === 0) return;
    const { outboxDueAtMs } = this.#moment;
    this.#hasWritten = true;
    this.#written.push(...changes);
    await this.#ask(
      this.#steps.writeChanges,
      changes.map((change) => ({ change, outboxDueAtMs })),
    );
  }

  /**
   * Runs the work once for each key and keeps its answer; later calls get the kept answer. Throws `idempotency_key_reused`
   * for another request under the same key.
   */
  async once<T>({ actor, idempotency, output }: OnceRequest<T>, work: () => Promise<T>): Promise<T> {
    if (idempotency === undefined) return work();
    const id = { actorUuid: uuidOf(actor.prefix, actor.id), key: idempotency.key };
    const { nowMs } = this;
    const { request_digest: requestDigest } = idempotency;
    const use = { ...id, requestDigest, atMs: nowMs, expiresAtMs: nowMs + IDEMPOTENCY_TTL_MS };
    if ((await this.#ask(this.#steps.reserveKeys, [use])).has(keyName(id))) {
      this.#reserved.push(id);
      const response = await work();
      await this.#ask(this.#steps.storeResponses, [{ ...id, response }]);
      return response;
    }
    const known = (await this.#ask(this.#steps.readKeys, [id])).get(keyName(id));
    if (known?.requestDigest !== requestDigest)
      throw new HailgridError('idempotency_key_reused', `key ${id.key} of ${actor.id} had another request`);
    return output.parse(known.response);
  }

  get #steps(): CommandBatch['steps'] {
    return this.#batch.steps;
  }

  #ask<Item, Found>(step: StepQueue<Item, Found>, items: readonly Item[]): Promise<Found> {
    return this.#batch.ask(this.#member, step, items);
  }

  /**
   * Inserts the trip, again after each loss of a slot to another transaction. The last attempt then finds no slot free, or
   * slots come and go so fast that the rider can hardly miss one.
   */
  async #insert(trip: NewTrip): Promise<Exclude<Insertion, 'contended'>> {
    for (let attempt = 0; attempt <= trip.maxOpenTrips; attempt += 1) {
      const insertion = (await this.#ask(this.#steps.insertTrips, [trip])).get(trip.trip.tripId);
      if (insertion !== undefined && insertion !== 'contended') return insertion;
    }
    return 'too_many_open_trips';
  }

  async #lockDrivers(driverIds: readonly string[]): Promise<void> {
    const wanted = driverIds.filter((driverId) => !this.#drivers.has(driverId));
    if (wanted.length === 0) return;
    const locked = await this.#ask(this.#steps.lockDrivers, wanted);
    for (const driverId of wanted) {
      const driver = locked.get(driverId);
      if (driver !== undefined) this.#drivers.set(driverId, driver);
    }
  }

  /** Changes the claims and returns the drivers' new standings. Releases come first: a trip has one claim of each kind. */
  async #changeClaims(decided: readonly DecidedTrip[]): Promise<ReadonlyMap<string, DriverStanding>> {
    const changes = decided.flatMap(({ trip: { tripId }, events }) =>
      events.flatMap(claimChangesOf).map((change) => ({ ...change, tripId, heardAtMs: this.nowMs })),
    );
    if (changes.length === 0) return new Map();
    const driverIds = [...new Set(changes.map(({ driverId }) => driverId))];
    await this.#lockDrivers(driverIds);
    this.#hasWritten = true;
    const {
      take = [],
      release = [],
      hold = [],
      assign = [],
    } = Object.groupBy(changes, ({ change }) => change);
    if (take.length > 0) throw new Error('offers are made in batches');
    if (release.length > 0) {
      requireAll('release', await this.#ask(this.#steps.releaseClaims, release), release);
      await this.#ask(
        this.#steps.promoteClaims,
        release.map(({ driverId }) => driverId),
      );
    }
    if (hold.length > 0) requireAll('hold', await this.#ask(this.#steps.holdClaims, hold), hold);
    if (assign.length > 0) await this.#ask(this.#steps.assignClaims, assign);
    return this.#ask(this.#steps.bumpDrivers, driverIds);
  }
}

function requireAll(
  change: string,
  done: ReadonlySet<string>,
  claims: readonly { driverId: string; tripId: string }[],
): void {
  const missing = claims.filter(({ driverId }) => !done.has(driverId));
  if (missing.length === 0) return;
  const pairs = missing.map(({ driverId, tripId }) => `${driverId} on ${tripId}`).join(', ');
  throw new Error(`claims were not there to ${change}: ${pairs}`);
}

/**
 * A transaction with one piece of work, which may run any statement beside the steps. Locks are taken in one order
 * everywhere (keys, shards, trips, drivers, claims, slots; within a kind by id), so transactions cannot deadlock.
 */
export class TripTransaction extends CommandTransaction implements Queryable {
  readonly #transaction: Queryable;

  constructor(transaction: Queryable, moment: Moment) {
    super(new CommandBatch(transaction, 1), 0, moment);
    this.#transaction = transaction;
  }

  rows<R extends Record<string, unknown>>(statement: Statement): Promise<R[]> {
    return this.#transaction.rows<R>(statement);
  }

  /** Claims locked drivers for offers and raises their versions; returns the standings of those whose claim was free. */
  async takeClaims(claims: readonly OfferClaim[]): Promise<Map<string, DriverStanding>> {
    const taken = await takeClaims(this, claims);
    return bumpDrivers(this, [...taken]);
  }
}
