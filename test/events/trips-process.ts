import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { idFromUuid, newId, type TripId } from '#libs/contracts';
import { createApp, readConfig, serviceParts } from '#libs/service';
import { Database, lockTrips, TripStore, type TripTransaction } from '#libs/store';
import { evolve, type TripEvent } from '#libs/trip';
import { tripsConfig } from '../../apps/trips/config.ts';
import { TripsModule } from '../../apps/trips/trips.module.ts';
import { tripRequest } from '../../dev/fixtures/trip-request.ts';
import { query } from '../../ops/postgres/query.ts';
import { BUILT_IN_AREA, type TestDatabase } from '../../dev/test-world/index.ts';

const DRIVER = newId('driver');
const OUTBOX_GRACE_MS = 2_000;

/** A whole `trips` within this process, with access to its internals. */
export class TripsProcess {
  readonly #app: NestFastifyApplication;
  /** Commits without publishing. */
  readonly #silentStore: TripStore;

  private constructor(app: NestFastifyApplication, silentStore: TripStore) {
    this.#app = app;
    this.#silentStore = silentStore;
  }

  static async start(instance: string, database: TestDatabase, natsUrls: string): Promise<TripsProcess> {
    const config = readConfig(tripsConfig, {
      HAILGRID_MODE: 'development',
      HAILGRID_LOG_LEVEL: 'silent',
      HAILGRID_INSTANCE: instance,
      HAILGRID_NATS_URLS: natsUrls,
      HAILGRID_POSTGRES_URLS: database.urls.join(','),
      HAILGRID_JWKS_URL: 'http://127.0.0.1:9/unused',
      HAILGRID_SERVICE_AREA: BUILT_IN_AREA,
    });
    const app = await createApp(TripsModule.of(config), serviceParts('trips', config));
    await app.init();
    const { urls } = database;
    const silent = new Database({ urls, maxConnections: 1, applicationName: `${instance}-silent` });
    const settings = { now: () => Date.now(), outboxGraceMs: OUTBOX_GRACE_MS };
    return new TripsProcess(app, new TripStore(silent, settings));
  }

  async stop(): Promise<void> {
    await this.#app.close();
    await this.#silentStore.close();
  }

  /** Commits a change; with `dies`, does not publish it, like a process that is killed in between. */
  async commit<T>(work: (transaction: TripTransaction) => Promise<T>, dies = false): Promise<T> {
    return (dies ? this.#silentStore : this.#app.get(TripStore)).transact(work);
  }

  /** A trip with its first event. */
  async request(dies = false): Promise<TripId> {
    const request = tripRequest({ tripId: newId('trip'), searchDeadlineAtMs: Date.now() + 3_600_000 });
    await this.commit((transaction) => transaction.create(request), dies);
    return request.tripId;
  }

  /** Appends an event that may occur any number of times. */
  async happen(tripId: TripId, dies = false): Promise<void> {
    await this.commit(async (transaction) => {
      const trip = (await lockTrips(transaction, [tripId])).get(tripId);
      if (trip === undefined) throw new Error(`no ${tripId}`);
      const event: TripEvent = { type: 'offer_expired', atMs: transaction.nowMs, driverId: DRIVER };
      const next = evolve(trip, event);
      await transaction.write([{ event, trip: next, drivers: [], authority: null }]);
    }, dies);
  }

  async end(tripId: TripId): Promise<void> {
    await this.commit((transaction) =>
      transaction.change(tripId, () => ({ type: 'rider_cancel', reason: null })),
    );
  }

  /** Number of events of each trip. */
  async lengths(): Promise<Map<TripId, number>> {
    const rows = await this.#app.get(TripStore).rows<{ trip_id: string; seq: number }>({
      name: 'lengths',
      text: 'SELECT trip_id, seq FROM any_trip',
      values: [],
    });
    return new Map(rows.map(({ trip_id, seq }) => [idFromUuid('trip', trip_id), seq]));
  }
}

export async function outboxSize({ url }: TestDatabase): Promise<number> {
  return (await query<{ n: number }>(url, 'SELECT count(*)::int AS n FROM outbox'))[0]!.n;
}
