import { newId, toTimestamp, uuidOf } from '#libs/contracts';
import { Database, insertQuote, TripStore } from '#libs/store';

const PLACE = { lat: 38.71, lng: -9.14 };
const CELL = '89393362b83ffff';
const WRITERS = 4;

/** An acknowledged trip, with the two moments between which it was committed. */
export interface WrittenTrip {
  uuid: string;
  askedAtMs: number;
  acknowledgedAtMs: number;
}

/** Riders who request trips and cancel them, one after the other, until stopped. */
export class TripWriter {
  readonly written: WrittenTrip[] = [];
  readonly #database: Database;
  readonly #store: TripStore;
  readonly #writers: Promise<void>[];
  #stopped = false;

  constructor(urls: readonly string[]) {
    this.#database = new Database({ urls, maxConnections: WRITERS, applicationName: 'backup-test' });
    this.#store = new TripStore(this.#database, { now: Date.now, outboxGraceMs: 2_000 });
    this.#writers = Array.from({ length: WRITERS }, () => this.#write());
  }

  /** Resolves after a number of further acknowledgements. */
  async more(count: number): Promise<void> {
    const enough = this.written.length + count;
    while (this.written.length < enough) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#writers);
    await this.#database.close();
  }

  async #write(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#writeOne();
      } catch (error) {
        // Not acknowledged, so nothing is promised: usually the primary is gone.
        if (!(error instanceof Error && 'code' in error && error.code === 'unavailable')) throw error;
      }
    }
  }

  async #writeOne(): Promise<void> {
    const [tripId, riderId, quoteId] = [newId('trip'), newId('rider'), newId('quote')];
    const askedAtMs = Date.now();
    const ride = { product: 'standard' as const, pickup: PLACE, dropoff: { lat: 38.72, lng: -9.13 } };
    await insertQuote(this.#store, {
      ...ride,
      quote_id: quoteId,
      rider_id: riderId,
      pickup_cell: CELL,
      fare: { amount_minor: 700, currency: 'EUR' },
      distance_m: 2_000,
      trip_s: 400,
      pickup_eta_s: null,
      created_at: toTimestamp(askedAtMs),
      expires_at: toTimestamp(askedAtMs + 60_000),
    });
    await this.#store.transact((transaction) =>
      transaction.create({
        ...ride,
        tripId,
        riderId,
        quoteId,
        pickupCell: CELL,
        fareAmountMinor: 700,
        fareCurrency: 'EUR',
        distanceM: 2_000,
        tripS: 400,
        requestedAtMs: askedAtMs,
        searchDeadlineAtMs: askedAtMs + 300_000,
      }),
    );
    this.written.push({ uuid: uuidOf('trip', tripId), askedAtMs, acknowledgedAtMs: Date.now() });
    await this.#store.transact((transaction) =>
      transaction.change(tripId, () => ({ type: 'rider_cancel', reason: 'changed plans' })),
    );
  }
}
