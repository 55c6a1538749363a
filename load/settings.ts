/** The settings of a load run. `npm run load` writes them to the environment, and the k6 script reads them. */
export interface LoadSettings {
  riderApiUrl: string;
  issuerUrl: string;
  /** Trips requested per second, independent of the responses. */
  ratePerS: number;
  /** In k6's format: `90s`, `5m`. */
  duration: string;
  /** How long a rider waits for a driver before it gives up and cancels. */
  patienceS: number;
  /** Share of the riders that cancel once they have a driver. */
  cancelShare: number;
  /** Share of the requests that are sent twice with one Idempotency-Key, as a phone does after a lost response. */
  repeatShare: number;
  area: Area;
  seed: number;
}

/** Bounds in degrees. */
export interface Area {
  south: number;
  west: number;
  north: number;
  east: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment variable of each setting. */
export const VARIABLES = {
  riderApiUrl: 'HAILGRID_RIDER_API_URL',
  issuerUrl: 'HAILGRID_ISSUER_URL',
  ratePerS: 'HAILGRID_LOAD_RATE',
  duration: 'HAILGRID_LOAD_DURATION',
  patienceS: 'HAILGRID_LOAD_PATIENCE_S',
  cancelShare: 'HAILGRID_LOAD_CANCEL_SHARE',
  repeatShare: 'HAILGRID_LOAD_REPEAT_SHARE',
  area: 'HAILGRID_SERVICE_AREA',
  seed: 'HAILGRID_LOAD_SEED',
} as const satisfies Record<keyof LoadSettings, string>;

/** The ports of `npm start` and the service area of its built-in city. */
const DEFAULTS: Record<keyof LoadSettings, string> = {
  riderApiUrl: 'http://127.0.0.1:8080',
  issuerUrl: 'http://127.0.0.1:8082',
  ratePerS: '1',
  duration: '1m',
  patienceS: '60',
  cancelShare: '0.1',
  repeatShare: '0.05',
  area: '38.700,-9.160,38.745,-9.120',
  seed: '1',
};

/** Throws an Error that names the variable if its value is invalid. */
export function readSettings(environment: Environment): LoadSettings {
  const text = (key: keyof LoadSettings): string => environment[VARIABLES[key]] || DEFAULTS[key];
  const number = (key: keyof LoadSettings, least: number, most: number): number => {
    const value = Number(text(key));
    if (value >= least && value <= most) return value;
    throw new Error(`${VARIABLES[key]} takes a number from ${least} to ${most}, not "${text(key)}"`);
  };
  return {
    riderApiUrl: withoutSlash(text('riderApiUrl')),
    issuerUrl: withoutSlash(text('issuerUrl')),
    ratePerS: number('ratePerS', 0.1, 10_000),
    duration: readDuration(text('duration')),
    patienceS: number('patienceS', 1, 600),
    cancelShare: number('cancelShare', 0, 1),
    repeatShare: number('repeatShare', 0, 1),
    area: readArea(text('area')),
    seed: number('seed', 0, Number.MAX_SAFE_INTEGER),
  };
}

function withoutSlash(url: string): string {
  if (!/^https?:\/\//.test(url)) throw new Error(`"${url}" is not an http address`);
  return url.replace(/\/+$/, '');
}

function readDuration(text: string): string {
  if (/^(\d+(ms|s|m|h))+$/.test(text)) return text;
  throw new Error(`${VARIABLES.duration} takes a duration such as 90s or 5m, not "${text}"`);
}

function readArea(text: string): Area {
  const [south, west, north, east] = text.split(',').map(Number);
  if (south !== undefined && west !== undefined && north !== undefined && east !== undefined) {
    if (south < north && west < east) return { south, west, north, east };
  }
  throw new Error(`${VARIABLES.area} takes south,west,north,east in degrees, not "${text}"`);
}
