import { z } from 'zod';

const written = { at_ms: z.number() };
const seen = { trip_id: z.string(), seq: z.number() };

/** One line of a fleet's client log: what the services acknowledged to a phone, or showed it. */
export const clientEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('trip_requested'), ...written, ...seen }),
  z.object({ kind: z.literal('rider_canceled'), ...written, ...seen }),
  z.object({ kind: z.literal('rider_saw'), ...written, ...seen }),
  z.object({ kind: z.literal('request_failed'), ...written, code: z.string(), since_ms: z.number() }),
  z.object({ kind: z.literal('driver_online'), ...written }),
  z.object({ kind: z.literal('driver_offered'), ...written, driver_id: z.string(), trip_id: z.string() }),
  z.object({
    kind: z.literal('driver_saw'),
    ...written,
    driver_id: z.string(),
    ...seen,
    state: z.string(),
    standing: z.enum(['current', 'next', 'gone']),
  }),
  z.object({
    kind: z.literal('driver_changed'),
    ...written,
    driver_id: z.string(),
    change: z.enum(['accept', 'decline', 'arrived', 'start', 'complete', 'cancel']),
    ...seen,
  }),
]);
export type ClientEntry = z.infer<typeof clientEntry>;
