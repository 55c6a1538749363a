import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nats } from '../../../dev/nats/start-nats.ts';
import { startNats } from '../../../dev/nats/start-nats.ts';
import { keepPostgres, type PostgresKeeper } from '../../../dev/postgres/failover/keep-postgres.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { makeLogin } from '../../../ops/migrate/logins.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { ensureBuilt } from '../../../dev/build/ensure-built.ts';
import type { EventStreamSettings } from '#libs/event-stream';
import { RestartableService } from '../../../dev/services/restartable-service.ts';
import type { SystemSettings } from '../../../dev/services/service-environment.ts';
import { GRID_AREA } from './grid-streets.ts';
import { freePort } from '../../../dev/network/free-port.ts';
import { NatsLines } from '../../../dev/network/nats-lines.ts';
import { SILENCE_SETTINGS } from './silence-limits.ts';

const DATABASE = 'hailgrid';
/** Size of the event stream in each server with a replica: an hour of such a city takes a small part of it. */
const EVENT_STREAM_BYTES = 256 * 1024 * 1024;
/** One plans, and any of them can be killed. */
const TRIPS_INSTANCES = 2;

/**
 * Shards split and merge under a small load, and trips move into the history soon, so that both also happen during faults.
 */
const RESTLESS = {
  HAILGRID_SPLIT_MS_PER_S: '0.4',
  HAILGRID_MERGE_HOLD_MS: '10000',
  HAILGRID_HISTORY_AFTER_MS: '10000',
};

/** A process that a fault can hit. */
export type ChaosService = Pick<
  RestartableService,
  'instance' | 'url' | 'logFile' | 'child' | 'kill' | 'stop' | 'pause' | 'resume' | 'restart' | 'causeOfDeath'
>;

/** A matcher connects to NATS through its own lines alone. */
export interface ChaosMatcher {
  readonly service: ChaosService;
  readonly lines: Pick<NatsLines, 'forwardedBytes' | 'cut' | 'mend' | 'close'>;
}

/** A whole city with several instances of each service, all exposed to faults. */
export interface ChaosCity {
  readonly directory: string;
  readonly system: SystemSettings;
  readonly postgres: Postgres;
  /** Replaces the primary; its events are in `keeper.jsonl`. */
  readonly keeper: Pick<PostgresKeeper, 'failovers'>;
  readonly nats: Nats;
  /** URL of the database on the current primary. */
  readonly databaseUrl: string;
  readonly eventStream: EventStreamSettings;
  readonly issuer: ChaosService;
  readonly trips: readonly ChaosService[];
  readonly riderApis: readonly ChaosService[];
  readonly driverApis: readonly ChaosService[];
  readonly matchers: readonly ChaosMatcher[];
  stop(): Promise<void>;
}

export interface ChaosCitySpec {
  matchers: number;
  /** Instances of rider-api and of driver-api; each pair has its own fleet. */
  apis: number;
  natsServers: number;
  standbys: number;
  /** Commits are acknowledged before a standby has them. */
  async: boolean;
  speed: number;
  directory: string;
  onStep: (step: string) => void;
}

/** Starts Postgres with synchronous standbys, three nats-servers and every service; resolves when all are ready. */
export async function startChaosCity(spec: ChaosCitySpec): Promise<ChaosCity> {
  const { directory } = spec;
  spec.onStep('building, starting Postgres and a NATS cluster');
  const [postgres, nats] = await Promise.all([
    startPostgres({ directory, standbys: spec.standbys, synchronous: !spec.async, severable: true }),
    startNats({ directory, servers: spec.natsServers }),
    ensureBuilt(),
  ]);
  const keeper = keepPostgres(postgres, {
    onEvent: (event) =>
      appendFileSync(
        join(directory, 'keeper.jsonl'),
        `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`,
      ),
  });
  await createDatabase(postgres.primaryUrl, DATABASE);
  await migrate(postgres.urlOf(postgres.primary, DATABASE));
  const asTrips = await makeLogin(postgres.urlOf(postgres.primary, DATABASE), 'trips');
  spec.onStep('starting services');
  // Each server has a replica, so that the stream survives the loss of any one.
  const eventStream = { replicas: spec.natsServers, maxBytes: EVENT_STREAM_BYTES };
  const system: SystemSettings = {
    natsUrls: nats.urls,
    natsSeeds: nats.seeds,
    postgresUrls: postgres.urls(DATABASE).map(asTrips),
    serviceArea: GRID_AREA,
    extra: {
      ...RESTLESS,
      ...SILENCE_SETTINGS,
      HAILGRID_EVENT_STREAM_REPLICAS: String(eventStream.replicas),
      HAILGRID_EVENT_STREAM_MAX_BYTES: String(eventStream.maxBytes),
    },
    ...(spec.speed !== 1 && { clock: { speed: spec.speed, originMs: Date.now() } }),
  };
  const services = await startServices(system, spec);
  return {
    directory,
    postgres,
    keeper,
    nats,
    get databaseUrl() {
      return postgres.urlOf(postgres.primary, DATABASE);
    },
    eventStream,
    ...services,
    stop: async () => {
      await keeper.stop();
      await Promise.all(servicesOf(services).map((service) => service.stop()));
      for (const { lines } of services.matchers) lines.close();
      await nats.stop();
      await postgres.stop();
    },
  };
}

type Services = Pick<ChaosCity, 'system' | 'issuer' | 'trips' | 'riderApis' | 'driverApis' | 'matchers'>;

export function servicesOf({ issuer, trips, riderApis, driverApis, matchers }: Services): ChaosService[] {
  return [...matchers.map(({ service }) => service), ...riderApis, ...driverApis, ...trips, issuer];
}

async function startServices(
  base: SystemSettings,
  { directory, matchers, apis }: ChaosCitySpec,
): Promise<Services> {
  const start = (
    app: string,
    number: number,
    system: SystemSettings,
    httpPort = 0,
  ): Promise<RestartableService> =>
    RestartableService.start({ app, instance: `${app}-${number}`, httpPort, system, directory });
  const several = (app: string, count: number, system: SystemSettings): Promise<RestartableService[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => start(app, index + 1, system)));
  // On a port of its own, which it gets again after a restart: its phones know that one.
  const severalApis = (app: string, system: SystemSettings): Promise<RestartableService[]> =>
    Promise.all(
      Array.from({ length: apis }, async (_, index) => start(app, index + 1, system, await freePort())),
    );
  const startMatcher = async (number: number, system: SystemSettings): Promise<ChaosMatcher> => {
    const lines = await NatsLines.to(system.natsUrls);
    return { lines, service: await start('matcher', number, { ...system, natsUrls: lines.urls }) };
  };

  const issuer = await start('dev-issuer', 1, base);
  const system = { ...base, issuerUrl: issuer.url };
  const trips = await several('trips', TRIPS_INSTANCES, system);
  const [riderApis, driverApis, ...matching] = await Promise.all([
    severalApis('rider-api', system),
    severalApis('driver-api', system),
    ...Array.from({ length: matchers }, (_, index) => startMatcher(index + 1, system)),
  ]);
  return { system, issuer, trips, riderApis, driverApis, matchers: matching };
}
