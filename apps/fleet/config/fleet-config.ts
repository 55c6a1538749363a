import { z } from 'zod';

const NOON_S = 43_200;
const MAX_DRIVERS = 100_000;
const probability = z.coerce.number().min(0).max(1);

/** Environment variable by environment variable, with what is taken where one is not set. */
export const fleetEnvironment = z.object({
  HAILGRID_FLEET_RIDER_API_URL: z.url().default('http://127.0.0.1:8080'),
  HAILGRID_FLEET_DRIVER_API_URL: z.url().default('http://127.0.0.1:8081'),
  HAILGRID_FLEET_ISSUER_URL: z.url().default('http://127.0.0.1:8082'),
  HAILGRID_FLEET_DRIVERS: z.coerce.number().int().min(1).max(MAX_DRIVERS).default(300),
  HAILGRID_FLEET_TRIPS_FILE: z.string().optional(),
  HAILGRID_FLEET_STREETS_DIR: z.string().optional(),
  HAILGRID_FLEET_FROM_S: z.coerce.number().min(0).max(86_399).default(NOON_S),
  /** Of service time; 0: to the end of the trips file, or until stopped. */
  HAILGRID_FLEET_MINUTES: z.coerce.number().min(0).default(0),
  HAILGRID_FLEET_SEED: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
  HAILGRID_FLEET_ACCEPT: probability.default(0.95),
  HAILGRID_FLEET_DRIVER_CANCEL: probability.default(0.005),
  HAILGRID_FLEET_FOLLOW_HINTS: probability.default(0.5),
  HAILGRID_FLEET_RIDER_CANCEL: probability.default(0.01),
  /** That a rider's phone sends an acknowledged request again some time later, as one does that lost the answer. */
  HAILGRID_FLEET_REPEAT: probability.default(0),
  /** Of made-up demand, as the crow flies; unset: as long as the city is wide. */
  HAILGRID_FLEET_LONGEST_TRIP_M: z.coerce.number().min(1_000).optional(),
  /** Seconds of service time after the demand in which open trips may still be served. */
  HAILGRID_FLEET_DRAIN_S: z.coerce.number().min(0).default(0),
  HAILGRID_FLEET_LOG: z.string().optional(),
  HAILGRID_CLOCK_SPEED: z.coerce.number().min(1).max(100).default(1),
  HAILGRID_CLOCK_ORIGIN_MS: z.coerce.number().int().min(0).default(0),
  HAILGRID_LOG_LEVEL: z.string().default('info'),
  HAILGRID_EXIT_WITH_PARENT: z.stringbool().default(false),
});
export type FleetConfig = z.infer<typeof fleetEnvironment>;

/** A setting is wrong; the message names each such variable. */
export class FleetConfigError extends Error {
  override readonly name = 'FleetConfigError';
}

/** Reads the environment once. An empty variable counts as not set. @throws FleetConfigError */
export function readFleetConfig(environment: NodeJS.ProcessEnv): FleetConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = fleetEnvironment.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`);
  throw new FleetConfigError(`The configuration is not usable:\n${lines.join('\n')}`);
}
