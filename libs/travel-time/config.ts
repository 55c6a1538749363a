import { z } from 'zod';
import {
  DEFAULT_DETOUR_FACTOR,
  DEFAULT_RIDE_CUT_OFF_S,
  DEFAULT_SNAP_LIMIT_M,
  MAX_SNAP_LIMIT_M,
} from '#libs/geo';
import { isTimeZone } from './local-hour.ts';

/** Which speed is assumed without a street network, including lights and corners. */
const DEFAULT_DRIVING_SPEED_MPS = 7;
/** How long a ride may be configured to take: the times of longer drives are not kept on every street network. */
const MAX_RIDE_CUT_OFF_S = 18 * 3_600;
/**
 * How long a routing engine may take by default, for the times of a round (a quarter of the default round interval) and
 * for the ride of a quote (as long as a quote waits for its pickup ETA).
 */
const DEFAULT_ROUTER_TIMEOUT_MS = 250;

/** Settings of the services that estimate travel times. At most one of streets, OSRM and Valhalla is set. */
export const travelTimeConfig = {
  streetsDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      'directory with nodes.csv and edges.csv; unset: drives are estimated by straight-line distance',
    ),
  osrmUrl: z
    .url()
    .optional()
    .describe('osrm-routed, whose table and route services are asked instead of the streets directory'),
  osrmProfile: z
    .string()
    .regex(/^[\w-]+$/)
    .default('driving')
    .describe('profile in the URLs of OSRM'),
  valhallaUrl: z
    .url()
    .optional()
    .describe('Valhalla, whose matrix and route services are asked instead of the streets directory'),
  valhallaCosting: z.string().regex(/^\w+$/).default('auto').describe('costing model of Valhalla'),
  routerTimeoutMs: z.coerce
    .number()
    .int()
    .min(10)
    .max(2_000)
    .default(DEFAULT_ROUTER_TIMEOUT_MS)
    .describe(
      'how long OSRM or Valhalla may take, wall time; then drives are estimated by straight-line distance',
    ),
  maxRideS: z.coerce
    .number()
    .int()
    .min(60)
    .max(MAX_RIDE_CUT_OFF_S)
    .default(DEFAULT_RIDE_CUT_OFF_S)
    .describe('longest ride that is quoted, in seconds; pickups have their own limit'),
  snapLimitM: z.coerce
    .number()
    .positive()
    .max(MAX_SNAP_LIMIT_M)
    .default(DEFAULT_SNAP_LIMIT_M)
    .describe(
      'largest distance in metres from a point to its nearest street; beyond, its drives are by straight line',
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'not an IANA time zone such as America/New_York')
    .default('UTC')
    .describe('IANA time zone of the city, such as America/New_York; selects the hour of traffic'),
  detourFactor: z.coerce
    .number()
    .min(1)
    .max(10)
    .default(DEFAULT_DETOUR_FACTOR)
    .describe('street distance divided by straight-line distance'),
  drivingSpeedMps: z.coerce
    .number()
    .positive()
    .max(70)
    .default(DEFAULT_DRIVING_SPEED_MPS)
    .describe('speed in m/s for straight-line estimates, and between a point and the nearest street'),
};

export type TravelTimeConfig = z.output<z.ZodObject<typeof travelTimeConfig>>;
