import { HailgridError, uuidOf, type DriverStatus, type Idempotency } from '#libs/contracts';
import {
  chainHash,
  claimChangeOf,
  decide,
  driverOfEvent,
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
import { bumpDriverVersions } from './statements/bump-driver-versions.ts';
import { holdClaim } from './statements/hold-claim.ts';
import { insertTrip } from './statements/insert-trip.ts';
import type { DriverRow } from './rows/driver-row.ts';
import { lockDrivers } from './statements/lock-drivers.ts';
import { lockTrips } from './statements/lock-trips.ts';
import { readIdempotencyKey } from './statements/read-idempotency-key.ts';
import { releaseClaim } from './statements/release-claim.ts';
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
    const change = { event, trip, driverStatus: null, driverVersion: null, authority: null };
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
    const { event } = decision;
    const next = evolve(trip, event);
    const bound = await this.#changeClaim(trip.tripId, event);
    await this.write([{ event, trip: next, ...bound, authority: null }]);
    return { trip: next, decision };
  }

  /** Throws where the driver never was online. */
  async lockDriver(driverId: string): Promise<DriverRow> {
    const driver = (await lockDrivers(this, [driverId])).get(driverId);
    if (driver === undefined)
      throw new HailgridError('driver_offline', `driver ${driverId} never was online`);
    return driver;
  }

  /** Claims (locked) drivers for offers and counts the change; those that were free get their claim. */
  async takeClaims(claims: readonly OfferClaim[]): Promise<Set<string>> {
    const taken = await takeClaims(this, claims);
    await bumpDriverVersions(this, [...taken]);
    return taken;
  }

  async write(changes: readonly WrittenChange[]): Promise<void> {
    await writeChanges(this, changes, this.#nowMs + this.#outboxGraceMs);
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

  async #changeClaim(
    tripId: string,
    event: TripEvent,
  ): Promise<{ driverStatus: DriverStatus | null; driverVersion: number | null }> {
    const claimChange = claimChangeOf(event);
    const driverId = driverOfEvent(event);
    if (claimChange === 'none' || driverId === null) return { driverStatus: null, driverVersion: null };
    if (claimChange === 'take') throw new Error('offers are made in batches');
    const driver = await this.lockDriver(driverId);
    const done =
      claimChange === 'hold'
        ? await holdClaim(this, driverId, tripId)
        : await releaseClaim(this, driverId, tripId);
    if (!done)
      throw new Error(`${event.type}: driver ${driverId} has no claim on ${tripId} to ${claimChange}`);
    await bumpDriverVersions(this, [driverId]);
    const free: DriverStatus = driver.online ? 'free' : 'offline';
    return { driverStatus: claimChange === 'hold' ? 'on_trip' : free, driverVersion: driver.version + 1 };
  }
}
