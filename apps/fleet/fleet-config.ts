import { z } from 'zod';
import { DEFAULT_SNAP_LIMIT_M, MAX_SNAP_LIMIT_M } from '#libs/geo';

/** Default second of the day at which the demand begins. */
const NOON_S = 43_200;
/** Maximum number of drivers that one fleet process simulates. */
const MAX_DRIVERS = 100_000;
const probability = z.coerce.number().min(0).max(1);

/** All environment variables of the fleet. */
export const fleetEnvironment = z.object({
  HAILGRID_FLEET_RIDER_API_URL: z.url().default('http://127.0.0.1:8080').describe('rider-api to call'),
  HAILGRID_FLEET_DRIVER_API_URL: z.url().default('http://127.0.0.1:8081').describe('driver-api to call'),
  HAILGRID_FLEET_ISSUER_URL: z
    .url()
    .default('http://127.0.0.1:8082')
    .describe('dev-issuer to get tokens from'),
  HAILGRID_FLEET_DRIVERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DRIVERS)
    .default(300)
    .describe('simulated drivers'),
  HAILGRID_FLEET_TRIPS_FILE: z
    .string()
    .optional()
    .describe('recorded demand to replay; unset: demand is generated'),
  HAILGRID_FLEET_STREETS_DIR: z
    .string()
    .optional()
    .describe('directory with nodes.csv and edges.csv to drive on'),
  HAILGRID_FLEET_STREETS_OUT_DIR: z
    .string()
    .optional()
    .describe('directory to which the fleet writes the streets it drives on, for the map of the console'),
  HAILGRID_FLEET_FROM_S: z.coerce
    .number()
    .min(0)
    .max(86_399)
    .default(NOON_S)
    .describe('second of the day at which the demand begins'),
  HAILGRID_FLEET_MINUTES: z.coerce
    .number()
    .min(0)
    .default(0)
    .describe('minutes of demand, service time; 0: to the end of the trips file, or until stopped'),
  HAILGRID_FLEET_SEED: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(1)
    .describe('seed of every random choice'),
  HAILGRID_FLEET_ACCEPT: probability.default(0.95).describe('probability that a driver accepts an offer'),
  HAILGRID_FLEET_DRIVER_CANCEL: probability
    .default(0.005)
    .describe('probability that a driver gives a trip back'),
  HAILGRID_FLEET_FOLLOW_HINTS: probability
    .default(0.5)
    .describe('share of the drivers who follow repositioning hints'),
  HAILGRID_FLEET_RIDER_CANCEL: probability.default(0.01).describe('probability that a waiting rider cancels'),
  HAILGRID_FLEET_REPEAT: probability
    .default(0)
    .describe('probability that a phone repeats an acknowledged request later, as after a lost answer'),
  HAILGRID_FLEET_LONGEST_TRIP_M: z.coerce
    .number()
    .min(1_000)
    .optional()
    .describe('longest generated trip in metres, straight line; unset: the width of the city'),
  HAILGRID_FLEET_DRAIN_S: z.coerce
    .number()
    .min(0)
    .default(0)
    .describe('seconds of service time after the demand in which open trips are still served'),
  HAILGRID_FLEET_LOG: z
    .string()
    .optional()
    .describe('file for all changes that the simulated riders and drivers saw, one JSON line each'),
  HAILGRID_SNAP_LIMIT_M: z.coerce
    .number()
    .positive()
    .max(MAX_SNAP_LIMIT_M)
    .default(DEFAULT_SNAP_LIMIT_M)
    .describe('how far in metres the ends of a recorded trip may be from the nearest street'),
  HAILGRID_CLOCK_SPEED: z.coerce
    .number()
    .min(1)
    .max(100)
    .default(1)
    .describe('seconds of service time per second of wall time; the same in every process'),
  HAILGRID_CLOCK_ORIGIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Unix time in ms at which service time and wall time agree; the same in every process'),
  HAILGRID_LOG_LEVEL: z.string().default('info').describe('lowest level that is logged'),
  HAILGRID_EXIT_WITH_PARENT: z
    .stringbool()
    .default(false)
    .describe('exit when standard input closes; for supervisors'),
});
export type FleetConfig = z.infer<typeof fleetEnvironment>;

/** The configuration is invalid; the message names every wrong variable. */
export class FleetConfigError extends Error {
  override readonly name = 'FleetConfigError';
}

/** Reads the environment once. An empty variable counts as not set. @throws FleetConfigError */
export function readFleetConfig(environment: NodeJS.ProcessEnv): FleetConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = fleetEnvironment.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`);
  throw new FleetConfigError(`The configuration is invalid:\n${lines.join('\n')}`);
}
