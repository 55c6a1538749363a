import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandClient } from '#libs/bus';
import {
  createQuote,
  createTrip,
  HailgridError,
  newId,
  type CommandInput,
  type QuoteId,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf } from '#libs/geo';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO } from '../../city/test-city.ts';

const WORKERS = 6;
const PAUSE_MS = 40;
const RETRY_MS = 100;
const QUOTE_TTL_MS = 600_000;

/** An acknowledged request for a trip, which must be in the database from then on, once. */
export interface Acknowledged {
  riderId: RiderId;
  quoteId: QuoteId;
  key: string;
  tripId: TripId;
  /** Start of the acknowledged attempt, and time of its answer, by `performance.now()`. */
  begunAt: number;
  at: number;
}

/**
 * Riders who request trips through a `trips`, each with one idempotency key until acknowledged, like a phone. Any answer
 * other than a trip or `unavailable` is an error.
 */
export class TripLoad {
  readonly acknowledged: Acknowledged[] = [];
  readonly faults: unknown[] = [];
  /** Attempts answered with `unavailable`, or not at all. */
  unavailable = 0;
  readonly #commands: CommandClient;
  readonly #workers: Promise<void>[];
  #ends = false;

  private constructor(commands: CommandClient) {
    this.#commands = commands;
    this.#workers = Array.from({ length: WORKERS }, () => this.#work());
  }

  static async start(natsUrls: readonly string[], name: string): Promise<TripLoad> {
    const commands = new CommandClient({ servers: natsUrls }, name, systemClock());
    await commands.connect();
    return new TripLoad(commands);
  }

  /** Resolves when `count` requests that began after `since` are acknowledged. */
  async untilAcknowledged(count: number, since: number, limitMs: number): Promise<Acknowledged> {
    for (
      const deadline = performance.now() + limitMs;
      performance.now() < deadline;
      await sleep(RETRY_MS / 10)
    ) {
      const reached = this.acknowledged.filter(({ begunAt }) => begunAt > since)[count - 1];
      if (reached !== undefined) return reached;
    }
    throw new Error(`no ${count} trips were acknowledged within ${limitMs / 1000} s`, {
      cause: this.faults[0],
    });
  }

  /** Repeats an answered request under its key; returns the trip of the answer. */
  async repeat({ riderId, quoteId, key }: Acknowledged): Promise<TripId> {
    return (await this.#commands.call(createTrip, requestOf(riderId, quoteId, key))).trip_id;
  }

  async stop(): Promise<void> {
    this.#ends = true;
    await Promise.all(this.#workers);
    await this.#commands.close();
  }

  async #work(): Promise<void> {
    while (!this.#ends) {
      await this.#oneTrip().catch((error: unknown) => this.faults.push(error));
      await sleep(PAUSE_MS);
    }
  }

  async #oneTrip(): Promise<void> {
    const riderId = newId('rider');
    const quoted = await this.#persist(() => this.#commands.call(createQuote, quoteOf(riderId)));
    if (quoted === undefined) return;
    const [key, quoteId] = [newId('event'), quoted.value.quote_id];
    const request = requestOf(riderId, quoteId, key);
    const asked = await this.#persist(() => this.#commands.call(createTrip, request));
    if (asked === undefined) return;
    const { begunAt, value } = asked;
    this.acknowledged.push({ riderId, quoteId, key, tripId: value.trip_id, begunAt, at: performance.now() });
  }

  /** Retries until there is an answer; undefined if the load stops first. */
  async #persist<T>(attempt: () => Promise<T>): Promise<{ value: T; begunAt: number } | undefined> {
    while (!this.#ends) {
      const begunAt = performance.now();
      try {
        return { value: await attempt(), begunAt };
      } catch (error) {
        if (!(error instanceof HailgridError) || error.code !== 'unavailable') throw error;
        this.unavailable += 1;
        await sleep(RETRY_MS);
      }
    }
    return undefined;
  }
}

function quoteOf(riderId: RiderId): CommandInput<typeof createQuote> {
  const now = Date.now();
  return {
    rider_id: riderId,
    product: 'standard',
    pickup: ROSSIO,
    dropoff: ESTRELA,
    pickup_cell: cellKeyToH3(pickupCellOf(ROSSIO)),
    fare: { amount_minor: 900, currency: 'EUR' },
    distance_m: 2_000,
    trip_s: 420,
    pickup_eta_s: null,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + QUOTE_TTL_MS).toISOString(),
  };
}

function requestOf(riderId: RiderId, quoteId: QuoteId, key: string): CommandInput<typeof createTrip> {
  const digest = createHash('sha256').update(quoteId).digest('hex');
  return { rider_id: riderId, quote_id: quoteId, idempotency: { key, request_digest: digest } };
}
