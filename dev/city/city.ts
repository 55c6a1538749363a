import { ensureBuilt } from '../build/ensure-built.ts';
import { startNats, type Nats } from '../nats/start-nats.ts';
import { createDatabase } from '../postgres/database.ts';
import { keepPostgres, type PostgresKeeper } from '../postgres/failover/keep-postgres.ts';
import { makeLogin } from '../../ops/migrate/logins.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { startPostgres, type Postgres } from '../postgres/start-postgres.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import type { SystemSettings } from '../services/service-environment.ts';
import { startService, type RunningService } from '../services/start-service.ts';
import type { DatabaseState } from './database-state.ts';
import type { CityOptions } from './options.ts';
import type { PublicService } from './ports.ts';
import { zoneWhereItIs } from './zone-where-it-is.ts';

const DATABASE = 'hailgrid';

/** The services of a city without riders and drivers, ready for use through the public API. */
export interface City {
  readonly system: SystemSettings;
  readonly urls: Record<PublicService, string>;
  /** All processes except the fleet, in order of first start; a restarted server has a new process. */
  children(): SupervisedChild[];
  /** Processes whose exit ends the city. Postgres is not among them: the keeper replaces it. */
  readonly vital: readonly SupervisedChild[];
  database(): DatabaseState;
  readonly versions: Record<string, string>;
  /** Stops the services first, then NATS and Postgres. */
  stop(): Promise<void>;
}

export interface CitySpec {
  options: Pick<
    CityOptions,
    'matchers' | 'standbys' | 'speed' | 'streets' | 'snapLimitM' | 'fromS' | 'webhooks' | 'backup'
  >;
  ports: Record<PublicService, number>;
  /** `south,west,north,east` in degrees. */
  area: string;
  /** For data and logs. */
  directory: string;
  /** Called with a short text for each step of the start. */
  onStep: (step: string) => void;
}

/** Starts Postgres with synchronous standbys and a keeper, nats-server and every service; resolves when all are ready. */
export async function startCity({ options, ports, area, directory, onStep }: CitySpec): Promise<City> {
  onStep('building, starting Postgres and nats-server');
  const [{ postgres, postgresUrls }, nats] = await Promise.all([
    startDatabase(directory, options),
    startNats({ directory }),
    ensureBuilt(),
  ]);
  onStep('starting services');
  const keeper = keepPostgres(postgres);
  const system: SystemSettings = {
    natsUrls: nats.urls,
    natsSeeds: nats.seeds,
    postgresUrls,
    serviceArea: area,
    ...(options.speed !== 1 && { clock: { speed: options.speed, originMs: Date.now() } }),
    ...(options.streets !== undefined && {
      streets: {
        directory: options.streets,
        snapLimitM: options.snapLimitM,
        timeZone: zoneWhereItIs(options.fromS, Date.now()),
      },
    }),
  };
  const services = await startServices(system, directory, options, ports);
  return {
    system: { ...system, issuerUrl: services.urls['dev-issuer'] },
    urls: services.urls,
    children: () => [...postgres.nodes.map(({ server }) => server), ...nats.servers, ...services.children],
    vital: [...nats.servers, ...services.children],
    database: () => ({
      primary: postgres.primary.name,
      isWhole: keeper.isWhole,
      failovers: keeper.failovers,
    }),
    versions: { postgres: postgres.version, nats_server: nats.version },
    stop: () => stopCity(services.children, nats, keeper, postgres),
  };
}

async function startDatabase(
  directory: string,
  { standbys, backup }: Pick<CityOptions, 'standbys' | 'backup'>,
): Promise<{ postgres: Postgres; postgresUrls: string[] }> {
  const postgres = await startPostgres({
    directory,
    standbys,
    ...(backup !== undefined && { backupDirectory: backup }),
  });
  await createDatabase(postgres.primaryUrl, DATABASE);
  const adminUrl = postgres.urlOf(postgres.primary, DATABASE);
  await migrate(adminUrl);
  const asTrips = await makeLogin(adminUrl, 'trips');
  return { postgres, postgresUrls: postgres.urls(DATABASE).map(asTrips) };
}

interface StartedServices {
  urls: Record<PublicService, string>;
  children: SupervisedChild[];
}

/** Starts services in order of dependency: keys and the store first, then their clients. */
async function startServices(
  system: SystemSettings,
  directory: string,
  { matchers, webhooks }: Pick<CityOptions, 'matchers' | 'webhooks'>,
  ports: Record<PublicService, number>,
): Promise<StartedServices> {
  const start = (
    app: string,
    number: number,
    settings: SystemSettings,
    httpPort = 0,
    env: Readonly<Record<string, string>> = {},
  ): Promise<RunningService> =>
    startService({ app, instance: `${app}-${number}`, httpPort, system: settings, directory, env });

  const issuer = await start('dev-issuer', 1, system, ports['dev-issuer']);
  const trusting = { ...system, issuerUrl: issuer.url };
  const allowPrivate = { HAILGRID_WEBHOOK_ALLOW_PRIVATE: String(webhooks) };
  const trips = await start('trips', 1, trusting, ports.trips, allowPrivate);
  const [riderApi, driverApi, ...others] = await Promise.all([
    start('rider-api', 1, trusting, ports['rider-api']),
    start('driver-api', 1, trusting, ports['driver-api']),
    ...Array.from({ length: matchers }, (_, index) => start('matcher', index + 1, trusting)),
    ...(webhooks ? [start('webhooks', 1, trusting, 0, allowPrivate)] : []),
  ]);
  return {
    urls: {
      'rider-api': riderApi.url,
      'driver-api': driverApi.url,
      'dev-issuer': issuer.url,
      trips: trips.url,
    },
    children: [issuer, trips, ...others, riderApi, driverApi].map(({ child }) => child),
  };
}

async function stopCity(
  services: readonly SupervisedChild[],
  nats: Nats,
  keeper: PostgresKeeper,
  postgres: Postgres,
): Promise<void> {
  await Promise.all(services.map((service) => service.stop()));
  await nats.stop();
  await keeper.stop();
  await postgres.stop();
}
