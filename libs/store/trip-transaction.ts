import { HailgridError, uuidOf, type DriverStanding, type Idempotency } from '#libs/contracts';
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
import { factsOf, sha256Hex } from './event-facts.ts';
import type { Queryable, Statement } from './postgres/database.ts';
import { assignClaims } from './statements/assign-claims.ts';
import { bumpDrivers } from './statements/bump-drivers.ts';
import { holdClaims } from './statements/hold-claims.ts';
import { insertTrip } from './statements/insert-trip.ts';
import type { DriverRow } from './rows/driver-row.ts';
import { lockDrivers } from './statements/lock-drivers.ts';
import { lockTrips } from './statements/lock-trips.ts';
import { readIdempotencyKey } from './statements/read-idempotency-key.ts';
import { promoteClaims } from './statements/promote-claims.ts';
import { releaseClaims } from './statements/release-claims.ts';
import { reserveIdempotencyKey } from './statements/reserve-idempotency-key.ts';
import { storeIdempotentResponse } from './statements/store-idempotent-response.ts';
import { takeClaims, type OfferClaim } from './statements/take-claims.ts';
import { writeChanges } from './statements/write-changes.ts';
import type { WrittenChange } from './written-change.ts';

/** How long an answer is kept under its key. */
export const IDEMPOTENCY_TTL_MS = 24 * 3600 * 1000;

/** Who used an idempotency key. */
export interface Actor {
  prefix: 'rider' | 'driver';
  id: string;
}

/** What was decided about a locked trip; under whose authority, where a matcher decided it. */
export interface DecidedTrip {
  trip: Trip;
  events: readonly TripEvent[];
  authority: WrittenChange['authority'];
}

export interface ChangedTrip {
  trip: Trip;
  decision: TripDecision;
}

/**
 * One transaction over trips, their events and the claims on drivers. Locks are taken in one order everywhere
 * (shards, trips, drivers, claims; within a kind by id), so that no two transactions wait for each other in a ring.
 */
export class TripTransaction implements Queryable {
  readonly #transaction: Queryable;
  readonly #nowMs: number;
  readonly #outboxGraceMs: number;
  readonly #written: WrittenChange[] = [];

  constructor(transaction: Queryable, nowMs: number, outboxGraceMs: number) {
    this.#transaction = transaction;
    this.#nowMs = nowMs;
    this.#outboxGraceMs = outboxGraceMs;
  }

  /** The moment of every change of this transaction. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** What this transaction has written so far; to be pushed once it is committed. */
  get written(): readonly WrittenChange[] {
    return this.#written;
  }

  rows<R extends Record<string, unknown>>(statement: Statement): Promise<R[]> {
    return this.#transaction.rows<R>(statement);
  }

  /** A new trip with its first event. Throws `quote_used`. */
  async create(request: TripRequest): Promise<Trip> {
    const event: TripEvent = { type: 'requested', atMs: this.#nowMs, request };
    const trip = evolve(null, event);
    const change = { event, trip, drivers: [], authority: null };
    if (!(await insertTrip(this, trip, chainHash(NO_HASH, factsOf(change), sha256Hex))))
      throw new HailgridError('quote_used', `quote ${request.quoteId} is used`);
    await this.write([change]);
    return trip;
  }

  /**
   * Locks the trip, asks for the command, decides it, and writes what was decided together with its claim. Throws
   * `trip_not_found`; a refusal is returned, since only the caller knows what it means.
   */
  async change(
    tripId: string,
    command: (trip: Trip) => TripCommand | Promise<TripCommand>,
  ): Promise<ChangedTrip> {
    const trip = (await lockTrips(this, [tripId])).get(tripId);
    if (trip === undefined) throw new HailgridError('trip_not_found', `no trip ${tripId}`);
    const decision = decide(trip, await command(trip), this.#nowMs);
    if (decision.outcome !== 'changed') return { trip, decision };
    const [next] = await this.apply([{ trip, events: decision.events, authority: null }]);
    return { trip: next ?? trip, decision };
  }

  /** Writes what was decided about locked trips, together with their claims; returns the trips as they are now. */
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

  /** Throws where the driver never was online. */
  async lockDriver(driverId: string): Promise<DriverRow> {
    const driver = (await lockDrivers(this, [driverId])).get(driverId);
    if (driver === undefined)
      throw new HailgridError('driver_offline', `driver ${driverId} never was online`);
    return driver;
  }

  /** Claims (locked) drivers for offers and counts the change; those that were to be had are in the result. */
  async takeClaims(claims: readonly OfferClaim[]): Promise<Map<string, DriverStanding>> {
    const taken = await takeClaims(this, claims);
    return bumpDrivers(this, [...taken]);
  }

  /** Events of one trip are written one after the other, since each one's hash follows from the one before. */
  async write(changes: readonly WrittenChange[]): Promise<void> {
    for (const turn of inTurns(changes)) await writeChanges(this, turn, this.#nowMs + this.#outboxGraceMs);
    this.#written.push(...changes);
  }

  /**
   * Does the work once for each key: the first time it is done and its answer kept, later times the answer is given
   * again. Another request under the same key is refused. Without a key the work is simply done.
   */
  async once<T>(actor: Actor, idempotency: Idempotency | undefined, work: () => Promise<T>): Promise<T> {
    if (idempotency === undefined) return work();
    const actorUuid = uuidOf(actor.prefix, actor.id);
    const { key, request_digest: requestDigest } = idempotency;
    const use = { actorUuid, key, requestDigest };
    if (await reserveIdempotencyKey(this, use, this.#nowMs, this.#nowMs + IDEMPOTENCY_TTL_MS)) {
      const response = await work();
      await storeIdempotentResponse(this, actorUuid, key, response);
      return response;
    }
    const known = await readIdempotencyKey(this, actorUuid, key);
    if (known?.request_digest !== requestDigest) {
      throw new HailgridError('idempotency_key_reused', `key ${key} of ${actor.id} had another request`);
    }
    return known.response as T;
  }

  /** What the drivers concerned are once all claims are changed; releases first, a trip has one claim of a kind. */
  async #changeClaims(decided: readonly DecidedTrip[]): Promise<Map<string, DriverStanding>> {
    const changes = decided.flatMap(({ trip: { tripId }, events }) =>
      events.flatMap(claimChangesOf).map((change) => ({ ...change, tripId })),
    );
    if (changes.length === 0) return new Map();
    const driverIds = [...new Set(changes.map(({ driverId }) => driverId))];
    await lockDrivers(this, driverIds);
    const {
      take = [],
      release = [],
      hold = [],
      assign = [],
    } = Object.groupBy(changes, ({ change }) => change);
    if (take.length > 0) throw new Error('offers are made in batches');
    if (release.length > 0) {
      requireAll('release', await releaseClaims(this, release), release);
      await promoteClaims(
        this,
        release.map(({ driverId }) => driverId),
      );
    }
    if (hold.length > 0) requireAll('hold', await holdClaims(this, hold), hold);
    if (assign.length > 0) await assignClaims(this, assign);
    return bumpDrivers(this, driverIds);
  }
}

/** First the first change of each trip, then the second ones. */
function inTurns(changes: readonly WrittenChange[]): WrittenChange[][] {
  const turns: WrittenChange[][] = [];
  const taken = new Map<string, number>();
  for (const change of changes) {
    const turn = taken.get(change.trip.tripId) ?? 0;
    taken.set(change.trip.tripId, turn + 1);
    (turns[turn] ??= []).push(change);
  }
  return turns;
}

function requireAll(
  change: string,
  done: number,
  claims: readonly { driverId: string; tripId: string }[],
): void {
  if (done === claims.length) return;
  const pairs = claims.map(({ driverId, tripId }) => `${driverId} on ${tripId}`).join(', ');
  throw new Error(`${done} of ${claims.length} claims were there to ${change}: ${pairs}`);
}
