import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPKCS8, type CryptoKey } from 'jose';
import type { BusRole } from '#libs/contracts';
import { seededFractions } from '#libs/random';
import { ensureBuilt } from '../../../dev/build/ensure-built.ts';
import { BUILT_IN_AREA } from '../../../dev/city/city-data.ts';
import { startNats, type Nats } from '../../../dev/nats/start-nats.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { startPostgres, type Postgres } from '../../../dev/postgres/start-postgres.ts';
import { RestartableService } from '../../../dev/services/restartable-service.ts';
import type { SystemSettings } from '../../../dev/services/service-environment.ts';
import { makeLogin } from '../../../ops/migrate/logins.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { query } from '../../../ops/postgres/query.ts';

const DATABASE = 'hailgrid';

/** The limits of production, which simulated cities lift (`dev/services/service-environment.ts`). */
const LIMITS_OF_PRODUCTION: Readonly<Record<string, string>> = {
  HAILGRID_ADDRESS_REQUESTS_PER_MIN: '12000',
  HAILGRID_ADDRESS_REFUSALS_PER_MIN: '600',
  HAILGRID_CALLER_REQUESTS_PER_MIN: '600',
  HAILGRID_CALLER_QUOTES_PER_MIN: '60',
  HAILGRID_CALLER_CANCELS_PER_MIN: '20',
  HAILGRID_CALLER_TICKETS_PER_MIN: '30',
  HAILGRID_MAX_ADDRESS_CONNECTIONS: '5000',
  HAILGRID_MAX_EVENT_LOOP_DELAY_MS: '1000',
};
const REQUEST_TIMEOUT_MS = 15_000;
/** Of the short run, which waits for less. */
const SHORT_REQUEST_TIMEOUT_MS = 3_000;

export interface AttackCitySpec {
  /** For data and logs. */
  directory: string;
  seed: number;
  /** Shortens what attacks wait for, for `npm test`. */
  shortens: boolean;
  /** Further HAILGRID_* variables of all services, such as one that switches a guard off. */
  env?: Readonly<Record<string, string>>;
}

/** Addresses of the services. */
export interface CityUrls {
  rider: string;
  driver: string;
  trips: string;
  /** A second `trips` that takes webhooks at private addresses, for receivers on loopback. */
  lenientTrips: string;
  issuer: string;
}

/** A city to attack, and what attackers may have got hold of: keys of roles, the login of `trips`, the issuer's public key. */
export interface AttackCity {
  readonly urls: CityUrls;
  /** Of nats-server, without a login. */
  readonly natsUrl: string;
  /** With the login of a user who may do everything: for lies that no role could tell, and for seeing what happens. */
  readonly observerUrl: string;
  readonly seeds: Readonly<Record<BusRole, string>>;
  readonly postgres: { admin: string; asTrips: string };
  /** Of the dev-issuer: it makes tokens that are false in one point only. */
  readonly signingKey: CryptoKey;
  readonly requestTimeoutMs: number;
  readonly shortens: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** From 0 up to 1; the same for the same seed. */
  random(): number;
  /** Runs `work` while no other attack has a trip or a free driver of the product `standard`. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** As superuser. */
  rows<R extends object>(sql: string): Promise<R[]>;
  /** The process of a service, such as `rider-api-1`. */
  pid(instance: string): number;
  /** Why processes ended that should not have. */
  deaths(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Starts Postgres, nats-server with the keys of all roles, and every service, on loopback. */
export async function startAttackCity({
  directory,
  seed,
  shortens,
  env,
}: AttackCitySpec): Promise<AttackCity> {
  const [postgres, nats] = await Promise.all([
    startPostgres({ directory, standbys: 1 }),
    startNats({ directory }),
    ensureBuilt(),
  ]);
  const services: RestartableService[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    await nats.stop();
    await postgres.stop();
  };
  try {
    const requestTimeoutMs = shortens ? SHORT_REQUEST_TIMEOUT_MS : REQUEST_TIMEOUT_MS;
    const { admin, asTrips } = await makeDatabase(postgres);
    const keyFile = join(directory, 'issuer.pem');
    const system: SystemSettings = {
      natsUrls: nats.urls,
      natsSeeds: nats.seeds,
      postgresUrls: asTrips,
      serviceArea: BUILT_IN_AREA,
      extra: {
        ...LIMITS_OF_PRODUCTION,
        HAILGRID_REQUEST_TIMEOUT_MS: String(requestTimeoutMs),
        HAILGRID_ISSUER_KEY_FILE: keyFile,
        ...env,
      },
    };
    const urls = await startServices(system, directory, services);
    const random = seededFractions(seed);
    return {
      urls,
      ...busOf(nats),
      postgres: { admin, asTrips: asTrips[0] ?? '' },
      signingKey: await importPKCS8(readFileSync(keyFile, 'utf8'), 'ES256'),
      requestTimeoutMs,
      shortens,
      versions: { postgres: postgres.version, nats_server: nats.version },
      random,
      alone: oneAfterTheOther(),
      rows: (sql) => query(admin, sql),
      pid: (instance) => pidOf(services, instance),
      deaths: async () =>
        (await Promise.all(services.map((service) => service.causeOfDeath()))).filter(
          (cause) => cause !== undefined,
        ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function oneAfterTheOther(): AttackCity['alone'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

async function makeDatabase(postgres: Postgres): Promise<{ admin: string; asTrips: string[] }> {
  await createDatabase(postgres.primaryUrl, DATABASE);
  const admin = postgres.urlOf(postgres.primary, DATABASE);
  await migrate(admin);
  const asTrips = await makeLogin(admin, 'trips');
  return { admin, asTrips: postgres.urls(DATABASE).map(asTrips) };
}

function busOf(nats: Nats): Pick<AttackCity, 'natsUrl' | 'observerUrl' | 'seeds'> {
  const [observerUrl = ''] = nats.urls;
  return { natsUrl: observerUrl.replace(/\/\/[^@]*@/, '//'), observerUrl, seeds: nats.seeds };
}

async function startServices(
  system: SystemSettings,
  directory: string,
  services: RestartableService[],
): Promise<CityUrls> {
  const start = async (
    app: string,
    number: number,
    settings: SystemSettings,
    env: Record<string, string> = {},
  ): Promise<RestartableService> => {
    const spec = { app, instance: `${app}-${number}`, httpPort: 0, system: settings, directory, env };
    const service = await RestartableService.start(spec);
    services.push(service);
    return service;
  };
  const issuer = await start('dev-issuer', 1, system);
  const trusting = { ...system, issuerUrl: issuer.url };
  const allowsPrivate = { HAILGRID_WEBHOOK_ALLOW_PRIVATE: 'true' };
  const trips = await start('trips', 1, trusting);
  const [lenientTrips, rider, driver] = await Promise.all([
    start('trips', 2, trusting, allowsPrivate),
    start('rider-api', 1, trusting),
    start('driver-api', 1, trusting),
    start('matcher', 1, trusting),
    start('matcher', 2, trusting),
    start('webhooks', 1, trusting, allowsPrivate),
  ]);
  return {
    rider: rider.url,
    driver: driver.url,
    trips: trips.url,
    lenientTrips: lenientTrips.url,
    issuer: issuer.url,
  };
}

function pidOf(services: readonly RestartableService[], instance: string): number {
  const pid = services.find((service) => service.instance === instance)?.child.pid;
  if (pid === undefined) throw new Error(`no process of ${instance}`);
  return pid;
}
