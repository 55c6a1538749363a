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
import { factsOf, sha256Hex } from './written-change.ts';
import type { DriverRow } from './statements/drivers.ts';
import type { ClaimRow } from './statements/claims.ts';
import { keyName, type KeyId } from './statements/idempotency-keys.ts';
import type { QuoteRow } from './statements/quotes.ts';
import type { StepTaker } from './steps/step.ts';
import * as steps from './steps/trip-steps.ts';
import type { WrittenChange } from './written-change.ts';

/** How long an answer is kept under its key. */
export const IDEMPOTENCY_TTL_MS = 24 * 3600 * 1000;

/** Who used an idempotency key. */
export interface Actor {
  prefix: 'rider' | 'driver' | 'operator';
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

/** The moment of a transaction. */
export interface Moment {
  /** Service time. */
  nowMs: number;
  /** Until then a change is left to the process that commits it to be pushed. */
  outboxDueAtMs: number;
}

/**
 * A command's part in a transaction over trips, their events and the claims on drivers. All it does are steps, which may
 * be taken for other commands at the same time; so it awaits nothing but them.
 */
export class SharedTransaction {
  readonly #steps: StepTaker;
  readonly #moment: Moment;
  readonly #written: WrittenChange[] = [];
  readonly #reserved: KeyId[] = [];
  readonly #drivers = new Map<string, DriverRow>();
  #hasWritten = false;

  constructor(taker: StepTaker, moment: Moment) {
    this.#steps = taker;
    this.#moment = moment;
  }

  /** The moment of every change of this transaction. */
  get nowMs(): number {
    return this.#moment.nowMs;
  }

  /** What the command has written so far; to be pushed once it is committed. */
  get written(): readonly WrittenChange[] {
    return this.#written;
  }

  /** Whether it can no longer be left out of the transaction. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  /** Keys that are the command's until its transaction ends. */
  get reserved(): readonly KeyId[] {
    return this.#reserved;
  }

  /** A quote of the rider. Throws `quote_not_found`. */
  async quoteOf(riderId: RiderId, quoteId: QuoteId): Promise<QuoteRow> {
    const quote = (await this.#steps.take(steps.READ_QUOTES, [{ quoteId, riderId }])).get(quoteId);
    if (quote?.riderId !== riderId)
      throw new HailgridError('quote_not_found', `no quote ${quoteId} of ${riderId}`);
    return quote;
  }

  /** The trip that an offer to the driver is or was about. Throws `offer_not_found`. */
  async tripOfOffer(offerId: OfferId, driverId: string): Promise<TripId> {
    const tripId = (await this.#steps.take(steps.FIND_OFFERS, [{ offerId, driverId }])).get(offerId);
    if (tripId === undefined)
      throw new HailgridError('offer_not_found', `no offer ${offerId} to ${driverId}`);
    return tripId;
  }

  /** What binds the driver, now and after that; it may change until the driver is locked. */
  async claimsOn(driverId: string): Promise<ClaimRow[]> {
    const claims = await this.#steps.take(steps.READ_CLAIMS, [driverId]);
    return claims.filter((claim) => claim.driverId === driverId);
  }

  /** A new trip with its first event. Throws `quote_used`. */
  async create(request: TripRequest): Promise<Trip> {
    const event: TripEvent = { type: 'requested', atMs: this.nowMs, request };
    const trip = evolve(null, event);
    const change = { event, trip, drivers: [], authority: null };
    const eventHash = chainHash(NO_HASH, factsOf(change), sha256Hex);
    const inserted: ReadonlySet<string> = await this.#steps.take(steps.INSERT_TRIPS, [{ trip, eventHash }]);
    if (!inserted.has(trip.tripId)) throw new HailgridError('quote_used', `quote ${request.quoteId} is used`);
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
    const trip = (await this.#steps.take(steps.LOCK_TRIPS, [tripId])).get(tripId);
    if (trip === undefined) throw new HailgridError('trip_not_found', `no trip ${tripId}`);
    const decision = decide(trip, await command(trip), this.nowMs);
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
    await this.#steps.take(
      steps.WRITE_CHANGES,
      changes.map((change) => ({ change, outboxDueAtMs })),
    );
  }

  /**
   * Does the work once for each key: the first time it is done and its answer kept, later times the answer is given
   * again. Another request under the same key is refused. Without a key the work is simply done.
   */
  async once<T>(actor: Actor, idempotency: Idempotency | undefined, work: () => Promise<T>): Promise<T> {
    if (idempotency === undefined) return work();
    const id = { actorUuid: uuidOf(actor.prefix, actor.id), key: idempotency.key };
    const { nowMs } = this;
    const { request_digest: requestDigest } = idempotency;
    const use = { ...id, requestDigest, atMs: nowMs, expiresAtMs: nowMs + IDEMPOTENCY_TTL_MS };
    if ((await this.#steps.take(steps.RESERVE_KEYS, [use])).has(keyName(id))) {
      this.#reserved.push(id);
      const response = await work();
      await this.#steps.take(steps.STORE_RESPONSES, [{ ...id, response }]);
      return response;
    }
    const known = (await this.#steps.take(steps.READ_KEYS, [id])).get(keyName(id));
    if (known?.requestDigest !== requestDigest)
      throw new HailgridError('idempotency_key_reused', `key ${id.key} of ${actor.id} had another request`);
    return known.response as T;
  }

  async #lockDrivers(driverIds: readonly string[]): Promise<void> {
    const wanted = driverIds.filter((driverId) => !this.#drivers.has(driverId));
    if (wanted.length === 0) return;
    const locked: ReadonlyMap<string, DriverRow> = await this.#steps.take(steps.LOCK_DRIVERS, wanted);
    for (const driverId of wanted) {
      const driver = locked.get(driverId);
      if (driver !== undefined) this.#drivers.set(driverId, driver);
    }
  }

  /** What the drivers concerned are once all claims are changed; releases first, a trip has one claim of a kind. */
  async #changeClaims(decided: readonly DecidedTrip[]): Promise<ReadonlyMap<string, DriverStanding>> {
    const changes = decided.flatMap(({ trip: { tripId }, events }) =>
      events.flatMap(claimChangesOf).map((change) => ({ ...change, tripId })),
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
      requireAll('release', await this.#steps.take(steps.RELEASE_CLAIMS, release), release);
      await this.#steps.take(
        steps.PROMOTE_CLAIMS,
        release.map(({ driverId }) => driverId),
      );
    }
    if (hold.length > 0) requireAll('hold', await this.#steps.take(steps.HOLD_CLAIMS, hold), hold);
    if (assign.length > 0) await this.#steps.take(steps.ASSIGN_CLAIMS, assign);
    return this.#steps.take(steps.COUNT_DRIVERS, driverIds);
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
