import { CITY_CONTROL_TOKEN_VARIABLE, CITY_CONTROL_URL_VARIABLE, cityProcessKind } from '#libs/contracts';
import { builtPages, ensureBuilt } from '../build/ensure-built.ts';
import { startNats, type Nats, type NatsNode } from '../nats/start-nats.ts';
import { freePort, LOOPBACK } from '../network/free-port.ts';
import { NatsLines } from '../network/nats-lines.ts';
import { createDatabase } from '../postgres/database.ts';
import { keepPostgres, type PostgresKeeper } from '../postgres/failover/keep-postgres.ts';
import { makeLogin } from '../../ops/migrate/logins.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { startPostgres, type Postgres } from '../postgres/start-postgres.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { RestartableService } from '../services/restartable-service.ts';
import type { SystemSettings } from '../services/service-environment.ts';
import { builtInStreets } from './built-in-streets.ts';
import { BreakableChild } from './control/breakable-child.ts';
import { BreakablePostgres } from './control/breakable-postgres.ts';
import { CityControl } from './control/city-control.ts';
import { viewOf } from './control/city-view.ts';
import { serveControl, type ControlAddress } from './control/control-server.ts';
import type { DatabaseState } from './database-state.ts';
import type { CityOptions } from './options.ts';
import type { PublicService } from './ports.ts';
import { DeathWatch } from './watch-children.ts';
import { zoneWhereItIs } from './zone-where-it-is.ts';

const DATABASE = 'hailgrid';

/** The services of a city without riders and drivers, ready for use through the public API. */
export interface City {
  readonly system: SystemSettings;
  readonly urls: Record<PublicService, string>;
  /** All processes except the fleet, in order of first start; a restarted server has a new process. */
  children(): SupervisedChild[];
  /**
   * Resolves with a message when a process exits although nobody asked for it. Not for Postgres, which the keeper
   * replaces, nor for what the control kills, which is started again.
   */
  readonly death: Promise<string>;
  /** Where its processes can be broken, for those who show the city. */
  readonly control: ControlAddress;
  database(): DatabaseState;
  /** The addresses of /metrics of its processes. */
  metricsUrls(): string[];
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
  // Before the services: the console gets its address.
  const control = new CityControl();
  const controlServer = await serveControl(control);
  const services = await startServices(system, directory, options, ports, controlServer.address);
  const deaths = new DeathWatch();
  control.open(
    [
      // Not the page from which they are broken.
      ...services.started
        .filter(({ service }) => service.app !== 'console')
        .map((started) => breakableService(started, deaths)),
      ...nats.nodes.map((node) => breakableNode(node, deaths)),
      ...postgres.nodes.map((node) => new BreakablePostgres(node)),
    ],
    viewOf({
      postgres,
      keeper,
      database: DATABASE,
      urls: Object.fromEntries(services.started.map(({ service }) => [service.instance, service.url])),
      issuerUrl: services.urls['dev-issuer'],
      riderApiUrl: services.urls['rider-api'],
    }),
  );
  return {
    system: { ...system, issuerUrl: services.urls['dev-issuer'] },
    urls: services.urls,
    children: () => [
      ...postgres.nodes.map(({ server }) => server),
      ...nats.servers,
      ...services.started.map(({ service }) => service.child),
    ],
    death: deaths.first,
    control: controlServer.address,
    database: () => ({
      primary: postgres.primary.name,
      isWhole: keeper.isWhole,
      failovers: keeper.failovers,
    }),
    metricsUrls: () => services.started.map(({ service }) => metricsUrlOf(service)),
    versions: { postgres: postgres.version, nats_server: nats.version },
    stop: async () => {
      await controlServer.close();
      await control.close();
      await stopCity(services.started, nats, keeper, postgres);
    },
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

/** A service, and its own lines to NATS if it can be cut off. */
interface StartedService {
  readonly service: RestartableService;
  readonly lines?: NatsLines;
}

interface StartedServices {
  urls: Record<PublicService, string>;
  started: StartedService[];
}

/** Starts services in order of dependency: keys and the store first, then their clients. */
async function startServices(
  system: SystemSettings,
  directory: string,
  { matchers, webhooks }: Pick<CityOptions, 'matchers' | 'webhooks'>,
  ports: Record<PublicService, number>,
  control: ControlAddress,
): Promise<StartedServices> {
  const start = async (
    app: string,
    number: number,
    settings: SystemSettings,
    port?: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<StartedService> => {
    const httpPort = port ?? (await freePort()); // a restarted service is found where it was
    const lines = hasLines(app) ? await NatsLines.to(settings.natsUrls) : undefined;
    const own = lines === undefined ? settings : { ...settings, natsUrls: lines.urls };
    const service = await RestartableService.start({
      app,
      instance: `${app}-${number}`,
      httpPort,
      system: own,
      directory,
      env,
    });
    return { service, ...(lines !== undefined && { lines }) };
  };

  const issuer = await start('dev-issuer', 1, system, ports['dev-issuer']);
  const trusting = { ...system, issuerUrl: issuer.service.url };
  const allowPrivate = { HAILGRID_WEBHOOK_ALLOW_PRIVATE: String(webhooks) };
  const trips = await start('trips', 1, trusting, ports.trips, allowPrivate);
  // The pages /rider and /driver call these as phones do, from the console's address.
  const forPages = { HAILGRID_CORS_ORIGINS: `http://${LOOPBACK}:${ports.console}` };
  const [riderApi, driverApi, ...others] = await Promise.all([
    start('rider-api', 1, trusting, ports['rider-api'], forPages),
    start('driver-api', 1, trusting, ports['driver-api'], forPages),
    ...Array.from({ length: matchers }, (_, index) => start('matcher', index + 1, trusting)),
    ...(webhooks ? [start('webhooks', 1, trusting, undefined, allowPrivate)] : []),
  ]);
  const page = await start('console', 1, trusting, ports.console, {
    HAILGRID_PUBLIC_URL: `http://${LOOPBACK}:${ports.console}`,
    HAILGRID_OIDC_ISSUER_URL: issuer.service.url,
    HAILGRID_OPERATORS_URL: trips.service.url,
    HAILGRID_RIDER_API_URL: riderApi.service.url,
    HAILGRID_DRIVER_API_URL: driverApi.service.url,
    HAILGRID_PAGES_DIR: builtPages(),
    ...(system.streets === undefined && { HAILGRID_STREETS_DIR: builtInStreets(directory) }),
    [CITY_CONTROL_URL_VARIABLE]: control.url,
    [CITY_CONTROL_TOKEN_VARIABLE]: control.token,
  });
  return {
    urls: {
      'rider-api': riderApi.service.url,
      'driver-api': driverApi.service.url,
      'dev-issuer': issuer.service.url,
      trips: trips.service.url,
      console: page.service.url,
    },
    started: [issuer, trips, ...others, riderApi, driverApi, page],
  };
}

/**
 * Whose connection to NATS can be cut. Not that of `trips`, which is part of every answer: with lines to both the median
 * match latency of 1,000 drivers on two cores was 49 ms instead of 37 ms.
 */
function hasLines(app: string): boolean {
  return app === 'matcher';
}

function breakableService({ service, lines }: StartedService, deaths: DeathWatch): BreakableChild {
  const kind = cityProcessKind.parse(service.app);
  return new BreakableChild({
    name: service.instance,
    kind,
    child: () => service.child,
    restart: () => service.restart(),
    metricsUrl: metricsUrlOf(service),
    // Another process would have another key, so every token of the run would be worth nothing.
    isBreakable: kind !== 'dev-issuer',
    deaths,
    ...(lines !== undefined && { lines }),
  });
}

function metricsUrlOf({ url }: RestartableService): string {
  return `${url}/metrics`;
}

function breakableNode(node: NatsNode, deaths: DeathWatch): BreakableChild {
  return new BreakableChild({
    name: node.server.name,
    kind: 'nats',
    child: () => node.server,
    restart: () => node.restart({ keepsStorage: true }),
    deaths,
  });
}

async function stopCity(
  started: readonly StartedService[],
  nats: Nats,
  keeper: PostgresKeeper,
  postgres: Postgres,
): Promise<void> {
  await Promise.all(started.map(({ service }) => service.stop()));
  for (const { lines } of started) lines?.close();
  await nats.stop();
  await keeper.stop();
  await postgres.stop();
}
