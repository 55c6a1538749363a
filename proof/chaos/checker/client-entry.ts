import { z } from 'zod';

const written = { at_ms: z.number() };
const seen = { trip_id: z.string(), seq: z.number() };
/** Whose key it is: keys of different people are different keys. */
const asked = { rider_id: z.string(), idempotency_key: z.string() };

/**
 * One line of a client log, the fleet's or the canary's: what the services acknowledged to a phone, or showed it. Fields that
 * older logs do not have are optional.
 */
export const clientEntry = z.discriminatedUnion('kind', [
  /** Before the request leaves for the first time. */
  z.object({ kind: z.literal('trip_asked'), ...written, ...asked, quote_id: z.string() }),
  z.object({ kind: z.literal('trip_requested'), ...written, ...seen, ...z.object(asked).partial().shape }),
  /** A request that had been acknowledged, sent again and refused. */
  z.object({ kind: z.literal('repeat_refused'), ...written, ...asked, code: z.string() }),
  /**
   * An acknowledgement in full: by its digest two answers to one key are told apart. `sent_ms` is the wall time at which
   * this try left.
   */
  z.object({
    kind: z.literal('answered'),
    ...written,
    ...asked,
    sent_ms: z.number(),
    digest: z.string(),
  }),
  /** A price was promised. */
  z.object({ kind: z.literal('quoted'), ...written, sent_ms: z.number(), quote_id: z.string() }),
  z.object({ kind: z.literal('rider_canceled'), ...written, ...seen }),
  /** A list that was asked for after a change was acknowledged: which event of the trip it shows, 0 for none, and the change. */
  z.object({ kind: z.literal('rider_listed'), ...written, ...seen, acknowledged_seq: z.number() }),
  z.object({ kind: z.literal('rider_saw'), ...written, ...seen, state: z.string().optional() }),
  z.object({ kind: z.literal('request_failed'), ...written, code: z.string(), since_ms: z.number() }),
  z.object({
    kind: z.literal('driver_online'),
    ...written,
    driver_id: z.string().optional(),
    session: z.number().optional(),
  }),
  z.object({
    kind: z.literal('driver_offered'),
    ...written,
    driver_id: z.string(),
    trip_id: z.string(),
    offer_id: z.string().optional(),
  }),
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
