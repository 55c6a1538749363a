import { z } from 'zod';
import { DEFAULT_DETOUR_FACTOR } from '#libs/geo';

/** City traffic with its lights and corners, where no street network says better. */
const DEFAULT_DRIVING_SPEED_MPS = 7;
const MAX_UTC_OFFSET_S = 86_400;
/** A quarter of the default round interval. */
const DEFAULT_ROUTER_TIMEOUT_MS = 250;

/** Settings of the services that ask how long a drive takes; of streets, OSRM and Valhalla one at most. */
export const travelTimeConfig = {
  /** A folder with `nodes.csv` and `edges.csv`; without one, drives are estimated by air. */
  streetsDir: z.string().min(1).optional(),
  /** Of osrm-routed, whose table service is asked. */
  osrmUrl: z.url().optional(),
  osrmProfile: z
    .string()
    .regex(/^[\w-]+$/)
    .default('driving'),
  /** Of Valhalla, whose matrix service is asked. */
  valhallaUrl: z.url().optional(),
  valhallaCosting: z.string().regex(/^\w+$/).default('auto'),
  /** What OSRM or Valhalla has not told by then is estimated by air; machine time. */
  routerTimeoutMs: z.coerce.number().int().min(10).max(2_000).default(DEFAULT_ROUTER_TIMEOUT_MS),
  /** The city's local time less UTC: what hour of traffic it is. */
  utcOffsetS: z.coerce.number().int().min(-MAX_UTC_OFFSET_S).max(MAX_UTC_OFFSET_S).default(0),
  /** Street distance over the way by air. */
  detourFactor: z.coerce.number().min(1).max(10).default(DEFAULT_DETOUR_FACTOR),
  /** By air, or between a point and the nearest node of the streets. */
  drivingSpeedMps: z.coerce.number().positive().max(70).default(DEFAULT_DRIVING_SPEED_MPS),
};

export type TravelTimeConfig = z.output<z.ZodObject<typeof travelTimeConfig>>;
