import { z } from 'zod';
import { driverOffer } from './trip.ts';
import { readInstant, timestamp, toTimestamp } from './values.ts';

/** Highest speed that is believed; a faster one is a fault of the phone's sensor, and counts as unknown. */
const MAX_BELIEVED_SPEED_MPS = 100;

/** RFC 3339 as phones write it; becomes UTC with milliseconds. */
const phoneTime = z
  .string()
  .meta({ format: 'date-time', description: 'RFC 3339, any offset, with or without fractions of a second' })
  .transform((text, context) => {
    const ms = readInstant(text);
    if (ms !== undefined) return toTimestamp(ms);
    context.issues.push({
      code: 'custom',
      input: text,
      message: 'not an RFC 3339 time such as 2026-01-31T08:30:00Z',
    });
    return z.NEVER;
  });

const heading = z
  .number()
  .nullish()
  .meta({ description: 'degrees from north; null or below 0: unknown' })
  .transform((deg) => (deg === null || deg === undefined || deg < 0 ? undefined : deg % 360));

const speed = z
  .number()
  .nullish()
  .meta({ description: `null, below 0 or above ${MAX_BELIEVED_SPEED_MPS}: unknown` })
  .transform((mps) =>
    mps === null || mps === undefined || mps < 0 || mps > MAX_BELIEVED_SPEED_MPS ? undefined : mps,
  );

const mocked = z
  .unknown()
  .meta({
    type: 'boolean',
    description: 'whether an app made the position up, as Android says; anything but true: no',
  })
  .transform((value) => value === true);

/**
 * One driver position. `seq` rises within a session; gaps are allowed. Read as phones make it: iOS reports an unknown
 * heading and speed as −1, location libraries add members, and none of that is a reason to lose a position. Requests
 * about money and identities refuse unknown members instead: a misspelt one would change what the caller agreed to.
 */
export const ping = z
  .object({
    session: z.int().min(1),
    seq: z.int().min(1).max(0xffff_ffff),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    recorded_at: phoneTime,
    heading_deg: heading.optional(),
    speed_mps: speed.optional(),
    mocked: mocked.optional(),
  })
  .meta({ id: 'Ping' });
export type Ping = z.infer<typeof ping>;

/** How many positions one request carries; more get 400. */
export const MAX_POSITIONS_PER_REQUEST = 100;

/** The envelope of a batch, whose positions are read one by one: an unreadable one does not refuse the others. */
export const positionsEnvelope = z.object({
  positions: z.array(z.unknown()).min(1).max(MAX_POSITIONS_PER_REQUEST),
});

/** A batch as phones send it. */
export const positionsRequest = z
  .object({ positions: z.array(ping).min(1).max(MAX_POSITIONS_PER_REQUEST) })
  .meta({ id: 'PositionsRequest' });

/** The outcome of a batch; a bad position does not reject the others. */
export const positionsResult = z
  .object({
    at: timestamp.meta({ description: 'time of the service' }),
    clock_offset_ms: z.int().nullable().meta({
      description: 'how far the clock of the phone is ahead, as measured; null before the first position',
    }),
    offer: driverOffer.nullable().meta({
      description:
        'the open offer of a driver without a socket, who has it with this answer; null with a socket',
    }),
    accepted: z.int(),
    rejected: z.array(
      z.object({
        index: z.int().meta({ description: 'place in the request, from 0' }),
        seq: z.int().nullable().meta({ description: 'null if it could not be read' }),
        code: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'PositionsResult' });
export type PositionsResult = z.infer<typeof positionsResult>;
