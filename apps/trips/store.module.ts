import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, CONFIG, HEALTH, machineTime, type Clock, type Health } from '#libs/service';
import { Database, TripStore } from '#libs/store';
import type { TripsConfig } from './config.ts';

/** The committing process pushes a change itself; only after this does another one believe that it could not. */
const OUTBOX_GRACE_MS = 2_000;

@Injectable()
class StoreCloser implements OnApplicationShutdown {
  readonly #store: TripStore;

  constructor(@Inject(TripStore) store: TripStore) {
    this.#store = store;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#store.close();
  }
}

/** The store of trips, ready once Postgres has a primary. */
@Global()
@Module({
  providers: [{ provide: TripStore, inject: [CONFIG, CLOCK, HEALTH], useFactory: openStore }, StoreCloser],
  exports: [TripStore],
})
export class StoreModule {}

function openStore(config: TripsConfig, clock: Clock, health: Health): TripStore {
  const database = new Database({
    urls: config.postgresUrls,
    maxConnections: config.postgresConnections,
    applicationName: `hailgrid-${config.instance}`,
  });
  const store = new TripStore(database, {
    now: () => clock.now(),
    outboxGraceMs: machineTime(clock, OUTBOX_GRACE_MS),
  });
  health.add('postgres', async () => {
    await store.ping();
    return undefined;
  });
  return store;
}
