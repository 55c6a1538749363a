import { isBusRole, type BusRole } from '#libs/contracts';
import { webhookKeyOf } from './webhook-keys.ts';

/** Settings that all services of a running system share. */
export interface SystemSettings {
  natsUrls: readonly string[];
  /** The key of each role; a process without one logs in as the URLs say. */
  natsSeeds?: Readonly<Record<BusRole, string>>;
  /** Passed only to `trips`, the only process with credentials of the database. */
  postgresUrls: readonly string[];
  /** Base URL of the dev-issuer; undefined until it runs. */
  issuerUrl?: string;
  /** `south,west,north,east` in degrees. */
  serviceArea: string;
  clock?: ClockSettings;
  /** The street network for travel times, the distance up to which points are on it, and the time zone of the city. */
  streets?: { directory: string; snapLimitM: number; timeZone: string };
  /** Further HAILGRID_* variables for all services. */
  extra?: Readonly<Record<string, string>>;
}

/** Service time runs `speed` times as fast as wall time from `originMs` on. */
export interface ClockSettings {
  speed: number;
  originMs: number;
}

/** Issuer and audience of every token in a system that `serviceEnvironment` configures. */
export const JWT_ISSUER = 'hailgrid-dev';
export const JWT_AUDIENCE = 'hailgrid';
/**
 * A simulated fleet calls from one address, each caller as often as compressed time makes it; a process that a test
 * freezes or starves is to answer late, not to refuse.
 */
export const UNLIMITED_CALLS: Readonly<Record<string, string>> = {
  HAILGRID_ADDRESS_REQUESTS_PER_MIN: '100000000',
  HAILGRID_ADDRESS_REFUSALS_PER_MIN: '100000000',
  HAILGRID_CALLER_REQUESTS_PER_MIN: '100000000',
  HAILGRID_CALLER_QUOTES_PER_MIN: '100000000',
  HAILGRID_CALLER_CANCELS_PER_MIN: '100000000',
  HAILGRID_CALLER_TICKETS_PER_MIN: '100000000',
  HAILGRID_MAX_ADDRESS_CONNECTIONS: '1000000',
  HAILGRID_MAX_EVENT_LOOP_DELAY_MS: '0',
};
/**
 * For a system in which a test or a bench sends commands in the place of the APIs, without the tokens of people: `trips`
 * carries them out all the same.
 */
export const PLAYED_PEOPLE = { HAILGRID_REQUIRE_PRESENCE: 'false' } as const;

/** The only app with credentials of the database. */
const STORE_APP = 'trips';

/**
 * The environment of one service: that of this process without its HAILGRID_* variables, plus the settings of the
 * system.
 */
export function serviceEnvironment(
  app: string,
  instance: string,
  httpPort: number,
  system: SystemSettings,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const own = Object.entries(inherited).filter(([name]) => !name.startsWith('HAILGRID_'));
  return {
    ...Object.fromEntries(own),
    HAILGRID_MODE: 'development',
    ...UNLIMITED_CALLS,
    HAILGRID_INSTANCE: instance,
    HAILGRID_HTTP_PORT: String(httpPort),
    HAILGRID_EXIT_WITH_PARENT: 'true',
    ...busLogin(app, system),
    HAILGRID_SERVICE_AREA: system.serviceArea,
    HAILGRID_JWT_ISSUER: JWT_ISSUER,
    HAILGRID_JWT_AUDIENCE: JWT_AUDIENCE,
    ...(app === STORE_APP && { HAILGRID_POSTGRES_URLS: system.postgresUrls.join(',') }),
    ...webhookKeyOf(app),
    ...(system.issuerUrl !== undefined && { HAILGRID_JWKS_URL: `${system.issuerUrl}/.well-known/jwks.json` }),
    ...(system.clock !== undefined && {
      HAILGRID_CLOCK_SPEED: String(system.clock.speed),
      HAILGRID_CLOCK_ORIGIN_MS: String(system.clock.originMs),
    }),
    ...(system.streets !== undefined && {
      HAILGRID_STREETS_DIR: system.streets.directory,
      HAILGRID_SNAP_LIMIT_M: String(system.streets.snapLimitM),
      HAILGRID_TIME_ZONE: system.streets.timeZone,
    }),
    ...system.extra,
  };
}

/** With a key of its role a service must not get the login in the URLs: that one may do everything. */
function busLogin(app: string, { natsUrls, natsSeeds }: SystemSettings): Record<string, string> {
  if (natsSeeds === undefined || !isBusRole(app)) return { HAILGRID_NATS_URLS: natsUrls.join(',') };
  return {
    HAILGRID_NATS_URLS: natsUrls.map((url) => url.replace(/\/\/[^@/]*@/, '//')).join(','),
    HAILGRID_NATS_NKEY_SEED: natsSeeds[app],
  };
}
