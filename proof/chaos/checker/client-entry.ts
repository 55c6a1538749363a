import { z } from 'zod';

const written = { at_ms: z.number() };
const seen = { trip_id: z.string(), seq: z.number() };
/** Owner of the key: keys of different people are different keys. */
const asked = { rider_id: z.string(), idempotency_key: z.string() };

/**
 * One line of a client log, the fleet's or the canary's: what the services acknowledged or showed to a phone. Fields that
 * older logs lack are optional.
 */
export const clientEntry = z.discriminatedUnion('kind', [
  /** Before the first attempt is sent. */
  z.object({ kind: z.literal('trip_asked'), ...written, ...asked, quote_id: z.string() }),
  z.object({ kind: z.literal('trip_requested'), ...written, ...seen, ...z.object(asked).partial().shape }),
  /** An acknowledged request was repeated and refused. */
  z.object({ kind: z.literal('repeat_refused'), ...written, ...asked, code: z.string() }),
  /**
   * An acknowledgement; the digest distinguishes different answers to one key. `sent_ms` is the wall time at which this
   * attempt was sent.
   */
  z.object({
    kind: z.literal('answered'),
    ...written,
    ...asked,
    sent_ms: z.number(),
    digest: z.string(),
  }),
  /** A quote was acknowledged. */
  z.object({ kind: z.literal('quoted'), ...written, sent_ms: z.number(), quote_id: z.string() }),
  z.object({ kind: z.literal('rider_canceled'), ...written, ...seen }),
  /** A list requested after an acknowledged change: the event of the trip that it shows (0: none), and that of the change. */
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
