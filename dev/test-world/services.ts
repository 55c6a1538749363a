import { BUILT_IN_AREA } from '../city/city-data.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../process/temporary-directory.ts';
import { RestartableService } from '../services/restartable-service.ts';
import type { ClockSettings, SystemSettings } from '../services/service-environment.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { testNats, type TestNats } from './nats.ts';

const ISSUER = 'dev-issuer';

/**
 * Cars of tests stand still, and rides take no time. A test of evidence sets {@link REAL_EVIDENCE}; that a position is
 * needed at all holds in every test.
 */
const NO_DRIVING = {
  HAILGRID_ARRIVAL_RADIUS_M: '50000',
  HAILGRID_DROPOFF_RADIUS_M: '50000',
  HAILGRID_MAX_RIDE_SPEED_MPS: '0',
};
/** The defaults of production: for tests whose cars drive. */
export const REAL_EVIDENCE = {
  HAILGRID_ARRIVAL_RADIUS_M: '',
  HAILGRID_DROPOFF_RADIUS_M: '',
  HAILGRID_MAX_RIDE_SPEED_MPS: '',
};

export interface WorldOptions {
  /** `south,west,north,east`; the centre of Lisbon by default. */
  serviceArea?: string;
  clock?: ClockSettings;
  /** Replaces the database on the shared Postgres, for tests that kill its servers. */
  database?: TestDatabase;
  /** HAILGRID_* variables for all services, such as a short HAILGRID_OFFER_TTL_MS. */
  env?: Readonly<Record<string, string>>;
}

/** One service process of a test, by its instance name. */
export type TestService = RestartableService;

export interface TestWorld {
  readonly database: TestDatabase;
  readonly nats: TestNats;
  /** The service with this instance name; throws if there is none. */
  service(instance: string): TestService;
  /** Starts one more instance of an app. */
  add(app: string): Promise<TestService>;
  /** Stops everything and removes its data; throws if a service exited unexpectedly. */
  stop(): Promise<void>;
}

/**
 * Starts real service processes with a separate database and nats-server: `startServices(['trips', 'matcher',
 * 'matcher', 'rider-api'])` runs `trips-1`, `matcher-1`, `matcher-2`, `rider-api-1`. Starts a `dev-issuer` first,
 * because the others trust its keys, then the others in the given order.
 */
export async function startServices(apps: readonly string[], options: WorldOptions = {}): Promise<TestWorld> {
  await ensureBuilt();
  const directory = temporaryDirectory('test-world');
  const [database, nats] = await Promise.all([options.database ?? testDatabase(), testNats()]);
  const world = new World(directory, database, nats, options);
  try {
    for (const app of [...apps.filter(isIssuer), ...apps.filter((app) => !isIssuer(app))])
      await world.add(app);
    return world;
  } catch (error) {
    await world.stop().catch(() => undefined);
    throw error;
  }
}

function isIssuer(app: string): boolean {
  return app === ISSUER;
}

class World implements TestWorld {
  readonly database: TestDatabase;
  readonly nats: TestNats;
  readonly #directory: TemporaryDirectory;
  readonly #services = new Map<string, RestartableService>();
  #system: SystemSettings;

  constructor(directory: TemporaryDirectory, database: TestDatabase, nats: TestNats, options: WorldOptions) {
    this.database = database;
    this.nats = nats;
    this.#directory = directory;
    this.#system = {
      natsUrls: nats.urls,
      natsSeeds: nats.seeds,
      postgresUrls: database.urls,
      serviceArea: options.serviceArea ?? BUILT_IN_AREA,
      ...(options.clock !== undefined && { clock: options.clock }),
      extra: { ...NO_DRIVING, ...options.env },
    };
  }

  service(instance: string): TestService {
    const service = this.#services.get(instance);
    if (service === undefined)
      throw new Error(`no ${instance} among ${[...this.#services.keys()].join(', ')}`);
    return service;
  }

  async add(app: string): Promise<TestService> {
    const number = [...this.#services.values()].filter((service) => service.app === app).length + 1;
    const instance = `${app}-${number}`;
    const spec = { app, instance, httpPort: 0, system: this.#system, directory: this.#directory.path };
    const service = await RestartableService.start(spec);
    this.#services.set(instance, service);
    if (isIssuer(app)) this.#system = { ...this.#system, issuerUrl: service.url };
    return service;
  }

  async stop(): Promise<void> {
    const services = [...this.#services.values()];
    const deaths = (await Promise.all(services.map((service) => service.causeOfDeath()))).filter(
      (cause) => cause !== undefined,
    );
    await Promise.all(services.map((service) => service.stop()));
    await this.nats.stop();
    await this.database.drop();
    if (deaths.length === 0) this.#directory.remove();
    else this.#directory.keep();
    if (deaths.length > 0) throw new Error(deaths.join('\n'));
  }
}
