import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { newId } from '#libs/contracts';
import type { ClientEntry } from '../checker/client-entry.ts';
import { sendPatiently, type Answer, type CanaryRequest } from './canary-client.ts';

/** Interval of riders: the resolution at which the first commit after a fault is seen. */
const INTERVAL_MS = 100;
/** Maximum concurrent riders: they pile up while nothing is acknowledged. */
const MAX_UNDER_WAY = 100;
const RIDERS = 16;
/** Share of the acknowledged requests that is repeated, after a time within `REPEAT_AFTER_MS`. */
const REPEATED_SHARE = 0.3;
/** Share of the canceled riders who then list their trips. */
const LISTED_SHARE = 0.5;
const REPEAT_AFTER_MS = [50, 12_000] as const;

export interface CanarySpec {
  riderApis: readonly string[];
  issuerUrl: string;
  /** Pickup and dropoff of all riders. */
  pickup: { lat: number; lng: number };
  dropoff: { lat: number; lng: number };
  logFile: string;
}

/**
 * A steady stream of small writes through the public API: quote, trip, cancellation, one commit each. Repeats unanswered
 * requests, and some answered ones, with the same key. Its log has the format of a fleet's client log.
 */
export class Canary {
  readonly #spec: CanarySpec;
  /** Riders without a trip: a rider has one at a time. */
  readonly #idle: CanaryRider[] = [];
  readonly #entries: ClientEntry[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(spec: CanarySpec) {
    this.#spec = spec;
  }

  static async start(spec: CanarySpec): Promise<Canary> {
    const canary = new Canary(spec);
    for (let index = 0; index < RIDERS; index += 1) canary.#idle.push(await newRider(spec.issuerUrl));
    canary.#timer = setInterval(() => canary.#release(), INTERVAL_MS);
    return canary;
  }

  get entries(): readonly ClientEntry[] {
    return this.#entries;
  }

  /** Number of acknowledged commits that were requested after a moment. */
  acknowledgedSince(wallMs: number): number {
    const first = this.#entries.findLastIndex(({ at_ms }) => at_ms < wallMs) + 1;
    return this.#entries.slice(first).filter((entry) => 'sent_ms' in entry && entry.sent_ms >= wallMs).length;
  }

  /** Resolves when the requests under way are answered, or have given up because of the stop. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }

  #release(): void {
    if (this.#underWay.size < MAX_UNDER_WAY) this.#track(this.#fly(this.#count++));
  }

  #track(flight: Promise<void>): void {
    const tracked = flight.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #fly(number: number): Promise<void> {
    const { riderApis, pickup, dropoff } = this.#spec;
    const api = riderApis[number % riderApis.length];
    if (api === undefined) return;
    const rider = this.#idle.shift() ?? (await newRider(this.#spec.issuerUrl));
    const { riderId, token } = rider;

    const price = await this.#sendKeyed(riderId, {
      url: `${api}/v1/quotes`,
      token,
      body: { product: 'standard', pickup, dropoff },
      idempotencyKey: randomUUID(),
    });
    if (price === undefined) return;
    const quoteId = String(price.body['quote_id']);
    this.#note({ kind: 'quoted', sent_ms: price.sentAtMs, quote_id: quoteId });

    const key = randomUUID();
    this.#note({ kind: 'trip_asked', rider_id: riderId, idempotency_key: key, quote_id: quoteId });
    const request = { url: `${api}/v1/trips`, token, body: { quote_id: quoteId }, idempotencyKey: key };
    const trip = await this.#sendKeyed(riderId, request);
    if (trip === undefined) return;
    const tripId = String(trip.body['trip_id']);
    const asked = { rider_id: riderId, idempotency_key: key };
    this.#note({ kind: 'trip_requested', trip_id: tripId, seq: Number(trip.body['seq']), ...asked });

    const canceled = await this.#sendKeyed(riderId, {
      url: `${api}/v1/trips/${tripId}/cancel`,
      token,
      body: { reason: 'canary' },
      idempotencyKey: randomUUID(),
    });
    // A rider whose trip may still be open is not used again.
    if (canceled === undefined) return;
    this.#idle.push(rider);
    const seq = Number(canceled.body['seq']);
    this.#note({ kind: 'rider_canceled', trip_id: tripId, seq });
    // Sent to another instance than the one that acknowledged it, if there is one.
    const other = riderApis[(number + 1) % riderApis.length] ?? api;
    if (Math.random() < LISTED_SHARE) await this.#list(other, token, tripId, seq);
  }

  async #list(api: string, token: string, tripId: string, acknowledgedSeq: number): Promise<void> {
    const list = await this.#send({ url: `${api}/v1/trips`, token });
    if (list === undefined) return;
    const trips = list.body['data'] as readonly { trip_id: string; seq: number }[];
    const seq = trips.find(({ trip_id }) => trip_id === tripId)?.seq ?? 0;
    this.#note({ kind: 'rider_listed', trip_id: tripId, seq, acknowledged_seq: acknowledgedSeq });
  }

  /** Undefined if it was never acknowledged. */
  async #send(request: CanaryRequest): Promise<Answer | undefined> {
    const sinceMs = Date.now();
    const answer = await sendPatiently(request, this.#stopping.signal);
    if (answer?.isAcknowledged === true) return answer;
    if (!this.#stopping.signal.aborted)
      this.#note({ kind: 'request_failed', code: answer?.code ?? 'unavailable', since_ms: sinceMs });
    return undefined;
  }

  async #sendKeyed(
    riderId: string,
    request: CanaryRequest & { idempotencyKey: string },
  ): Promise<Answer | undefined> {
    const answer = await this.#send(request);
    if (answer === undefined) return undefined;
    this.#noteAnswer(riderId, request.idempotencyKey, answer);
    if (Math.random() < REPEATED_SHARE) this.#repeatLater(riderId, request);
    return answer;
  }

  #repeatLater(riderId: string, request: CanaryRequest & { idempotencyKey: string }): void {
    const [least, most] = REPEAT_AFTER_MS;
    const repeat = async (): Promise<void> => {
      const { idempotencyKey: key } = request;
      const answer = await sendPatiently(request, this.#stopping.signal);
      if (answer === undefined) return;
      if (answer.isAcknowledged) this.#noteAnswer(riderId, key, answer);
      else this.#note({ kind: 'repeat_refused', rider_id: riderId, idempotency_key: key, code: answer.code });
    };
    // Not sent if the run ends first.
    setTimeout(() => this.#track(repeat()), least + Math.random() * (most - least)).unref();
  }

  #noteAnswer(riderId: string, key: string, { digest, sentAtMs }: Answer): void {
    this.#note({ kind: 'answered', rider_id: riderId, idempotency_key: key, digest, sent_ms: sentAtMs });
  }

  #note(entry: Unstamped): void {
    const stamped: ClientEntry = { ...entry, at_ms: Date.now() };
    this.#entries.push(stamped);
    appendFileSync(this.#spec.logFile, `${JSON.stringify(stamped)}\n`);
  }
}

type Unstamped = ClientEntry extends infer Entry
  ? Entry extends ClientEntry
    ? Omit<Entry, 'at_ms'>
    : never
  : never;

interface CanaryRider {
  readonly riderId: string;
  readonly token: string;
}

async function newRider(issuerUrl: string): Promise<CanaryRider> {
  const riderId = newId('rider');
  const answer = await fetch(`${issuerUrl}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'rider', subject: riderId }),
  });
  return { riderId, token: ((await answer.json()) as { token: string }).token };
}
