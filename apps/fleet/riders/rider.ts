import {
  postQuote,
  postRiderCancel,
  postTrip,
  riderServerFrame,
  type QuoteId,
  type RiderId,
  type RiderServerFrame,
  type RiderTrip,
  type VanishingState,
} from '#libs/contracts';
import { isTerminal, type TripState } from '#libs/trip';
import { randomStream } from '#libs/random';
import { HailgridProblem, HailgridRider, rememberedToken } from '#sdk';
import { contracted } from '../api/api-client.ts';
import { seededIdempotencyKey, seededRiderId } from '../seeded-ids.ts';
import type { DemandTrip } from '../city/demand.ts';
import { FLEET_PRODUCT } from '../drivers/frames.ts';
import type { FleetServices } from '../fleet-services.ts';

const REPEAT_AFTER_MS = [200, 10_000] as const;
const PATIENCE_MS = [30_000, 300_000] as const;

/**
 * Milliseconds after the request at which a rider who still waits for pickup cancels; null: the rider never cancels.
 */
export function patienceMs(seed: number, rider: number, cancelProbability: number): number | null {
  const random = randomStream(seed, 'rider-patience', rider);
  return random.chance(cancelProbability) ? random.between(...PATIENCE_MS) : null;
}

/** Milliseconds after the answer at which the phone repeats the request; null: never. */
export function repeatAfterMs(seed: number, rider: number, repeatProbability: number): number | null {
  const random = randomStream(seed, 'rider-repeat', rider);
  return random.chance(repeatProbability) ? random.between(...REPEAT_AFTER_MS) : null;
}

/** Maximum quotes that a rider requests: one may expire while the service is unavailable. */
const MAX_QUOTES = 3;

const STILL_WAITING: ReadonlySet<TripState> = new Set(['processing', 'accepted', 'arrived']);

/** What a rider does who vanishes; `offered`: while drivers are asked. */
const VANISHING_STATES: Partial<Record<TripState, VanishingState>> = {
  processing: 'offered',
  accepted: 'accepted',
  arrived: 'arrived',
  in_progress: 'in_progress',
};

/** A trip request, kept to repeat it. */
interface SentRequest {
  readonly quoteId: QuoteId;
  readonly key: string;
}

/** A simulated rider with one trip: quote, request, then following it on the socket until it ends. */
export class Rider {
  readonly id: RiderId;
  readonly #demand: DemandTrip;
  readonly #services: FleetServices;
  readonly #phone: HailgridRider;
  readonly #onEnd: () => void;
  #trip: RiderTrip | undefined;
  #isToRepeat = false;
  /** The phone never comes back. */
  #isGone = false;

  /** @param onEnd called once when the trip has ended or the request has failed */
  constructor(demand: DemandTrip, services: FleetServices, onEnd: () => void) {
    this.id = seededRiderId(services.settings.seed, demand.index);
    this.#demand = demand;
    this.#services = services;
    this.#onEnd = onEnd;
    this.#phone = this.#createPhone();
  }

  /** Resolves when the trip is requested and its stream is open, or after a failure, which is counted. */
  async start(): Promise<void> {
    const sinceMs = Date.now();
    try {
      await this.#request();
      this.#schedulePatience();
      if (!this.#vanishesNow()) await this.#phone.connect();
    } catch (error) {
      this.#onEnd();
      this.#countError(error);
      this.#logFailure(error, sinceMs);
    }
  }

  stop(): void {
    this.#phone.close();
  }

  async #request(): Promise<void> {
    const { book, log, settings } = this.#services;
    const { index, pickup, dropoff, rideS } = this.#demand;
    for (let quotes = 1; ; quotes++) {
      const wish = { product: FLEET_PRODUCT, pickup, dropoff };
      const quoteKey = seededIdempotencyKey(settings.seed, 'quote', index, settings.run);
      const quote = contracted(
        postQuote,
        await this.#phone.quote(wish, { idempotencyKey: `${quoteKey}-${quotes}` }),
      );
      const key = `${seededIdempotencyKey(settings.seed, 'trip', index, settings.run)}-${quotes}`;
      const request: SentRequest = { quoteId: quote.quote_id, key };
      log.write({ kind: 'trip_asked', rider_id: this.id, idempotency_key: key, quote_id: quote.quote_id });
      let sentAtMs = 0;
      try {
        const trip = await this.#sendRequest(request, (wallMs) => (sentAtMs = wallMs));
        this.#trip = trip;
        book.request(trip, sentAtMs, rideS);
        this.#scheduleRepeat(request);
        return;
      } catch (error) {
        const isExpired = error instanceof HailgridProblem && error.code === 'quote_expired';
        if (!isExpired || quotes >= MAX_QUOTES) throw error;
      }
    }
  }

  /** Requests the trip and logs the answer. */
  async #sendRequest({ quoteId, key }: SentRequest, onSend?: (wallMs: number) => void): Promise<RiderTrip> {
    const { log } = this.#services;
    const options = { idempotencyKey: key, ...(onSend !== undefined && { onSend }) };
    const trip = contracted(postTrip, await this.#phone.requestTrip(quoteId, options));
    const { trip_id, seq } = trip;
    log.write({ kind: 'trip_requested', trip_id, seq, rider_id: this.id, idempotency_key: key });
    return trip;
  }

  #scheduleRepeat(request: SentRequest): void {
    const { settings, wheel, clock } = this.#services;
    const ms = repeatAfterMs(settings.seed, this.#demand.index, settings.repeatProbability);
    if (ms === null) return;
    this.#isToRepeat = true;
    wheel.at(clock.now() + ms, { run: () => void this.#repeat(request) });
  }

  /** Repeats the request. Its answer must equal the first one, although the trip may have changed since. */
  async #repeat(request: SentRequest): Promise<void> {
    if (this.#isGone) return;
    try {
      await this.#sendRequest(request);
    } catch (error) {
      this.#countError(error);
      if (!(error instanceof HailgridProblem) || error.isTransient || error.code === 'stopped') return;
      const { log } = this.#services;
      log.write({
        kind: 'repeat_refused',
        rider_id: this.id,
        idempotency_key: request.key,
        code: error.code,
      });
    } finally {
      this.#isToRepeat = false;
      this.#stopWhenDone();
    }
  }

  /** The trip has ended, and its request is not to be repeated any more. */
  #stopWhenDone(): void {
    if (!this.#isToRepeat && this.#trip !== undefined && isTerminal(this.#trip.state)) this.stop();
  }

  #createPhone(): HailgridRider {
    const { riderUrl, riderSlots, network, tokens, errors, settings } = this.#services;
    const random = randomStream(settings.seed, 'rider-phone', this.#demand.index);
    const phone = new HailgridRider({
      url: riderUrl,
      token: rememberedToken(() => tokens.issue('rider', this.id)),
      WebSocket: network.WebSocket,
      chance: () => random.fraction(),
      http: { admit: (attempt) => riderSlots.run(attempt) },
      link: network.habits<RiderServerFrame>(riderServerFrame, 'driver_position'),
    });
    // As its contract has it: the network has read the frame by that.
    phone.on('trip', ({ trip }) => this.#applyChange(trip as RiderTrip));
    // A connection that is lost or not opened is no error: the service may have died.
    phone.on('problem', ({ code }) => {
      if (code !== 'network' && code !== 'stopped') errors.add(code);
    });
    phone.on('end', (end) => network.ended(end));
    return phone;
  }

  /** Ends the phone without a word to the service, if phones in this state are to vanish. */
  #vanishesNow(): boolean {
    const trip = this.#trip;
    const state = trip && VANISHING_STATES[trip.state];
    if (trip === undefined || state === undefined) return false;
    const { trip_id: tripId, trip_s: rideS, driver } = trip;
    const driverId = driver?.driver_id ?? null;
    if (!this.#services.vanishings.takes({ who: 'rider', state, tripId, driverId, rideS })) return false;
    this.#isGone = true;
    this.#phone.vanish();
    this.#onEnd();
    return true;
  }

  #applyChange(trip: RiderTrip): void {
    const known = this.#trip;
    if (this.#isGone || known === undefined || trip.trip_id !== known.trip_id || trip.seq <= known.seq)
      return;
    const { book, log } = this.#services;
    this.#trip = trip;
    book.change(trip);
    log.write({ kind: 'rider_saw', trip_id: trip.trip_id, seq: trip.seq, state: trip.state });
    if (this.#vanishesNow() || !isTerminal(trip.state)) return;
    this.#stopWhenDone();
    this.#onEnd();
  }

  #schedulePatience(): void {
    const { settings, wheel, clock } = this.#services;
    const ms = patienceMs(settings.seed, this.#demand.index, settings.riderCancelProbability);
    if (ms !== null) wheel.at(clock.now() + ms, { run: () => void this.#giveUp() });
  }

  async #giveUp(): Promise<void> {
    const trip = this.#trip;
    if (this.#isGone || trip === undefined || !STILL_WAITING.has(trip.state)) return;
    const { log, settings } = this.#services;
    try {
      const idempotencyKey = seededIdempotencyKey(settings.seed, 'cancel', this.#demand.index, settings.run);
      const answer = await this.#phone.cancelTrip(trip.trip_id, 'waited too long', { idempotencyKey });
      const canceled = contracted(postRiderCancel, answer);
      log.write({ kind: 'rider_canceled', trip_id: trip.trip_id, seq: canceled.seq, rider_id: this.id });
      this.#applyChange(canceled);
    } catch (error) {
      // The car arrived first.
      if (error instanceof HailgridProblem && error.code === 'illegal_transition') return;
      this.#countError(error);
    }
  }

  /** Logs a failed request. An acknowledged request has not failed, even if its stream did. */
  #logFailure(error: unknown, sinceMs: number): void {
    if (!(error instanceof HailgridProblem) || error.code === 'stopped' || this.#trip !== undefined) return;
    const { log } = this.#services;
    log.write({ kind: 'request_failed', rider_id: this.id, code: error.code, since_ms: sinceMs });
  }

  #countError(error: unknown): void {
    if (!(error instanceof HailgridProblem)) throw error;
    if (error.code !== 'stopped') this.#services.errors.add(error.code);
  }
}
