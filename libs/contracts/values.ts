import { parseCellKey } from '#libs/geo';
import { z } from 'zod';
import { typedText } from './text.ts';

/** WGS84 degrees. */
export const point = z
  .strictObject({
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
  })
  .meta({ id: 'Point', description: 'WGS84 degrees' });
export type PointValue = z.infer<typeof point>;

/** Money in the currency's minor unit (cents), so that no fare is rounded twice. */
export const money = z
  .strictObject({
    amount_minor: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money', description: 'Amount in the minor unit of an ISO 4217 currency' });
export type Money = z.infer<typeof money>;

/** RFC 3339 in UTC, millisecond precision. */
export const timestamp = z.iso.datetime({ precision: 3 }).meta({ description: 'RFC 3339, UTC' });

/** An H3 cell in its usual 15-character hexadecimal form. */
export const h3Cell = z
  .string()
  .regex(/^8[0-9a-f]{14}$/)
  .refine((text) => parseCellKey(text) !== undefined, 'not an H3 cell of resolution 14 or coarser')
  .meta({ description: 'H3 cell' });

export const product = z
  .enum(['standard', 'xl', 'premium'])
  .meta({ id: 'Product', description: 'Vehicle product a rider asks for and a driver offers' });
export type Product = z.infer<typeof product>;

export const vehicle = z
  .strictObject({
    plate: typedText(16),
    make: typedText(40),
    model: typedText(40),
    color: typedText(24),
  })
  .meta({ id: 'Vehicle' });
export type Vehicle = z.infer<typeof vehicle>;

/** Milliseconds since the epoch to the wire's RFC 3339 form. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** The wire's RFC 3339 form to milliseconds since the epoch. */
export function fromTimestamp(text: string): number {
  return Date.parse(text);
}

const MS_PER_S = 1_000;
const MS_PER_DAY = 86_400_000;

/** Date, time, fraction and offset of RFC 3339; ISO 8601's `+0100` and `+01` too, which phones also write. */
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,18}))?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)$/;

/** The instant of an RFC 3339 text in milliseconds since the epoch; undefined if there is no such instant. */
export function readInstant(text: string): number | undefined {
  const [, date, time, fraction = '', utc, hours = '+00', minutes = '00'] = INSTANT.exec(text) ?? [];
  if (date === undefined || time === undefined) return undefined;
  // A leap second is the last one of a day in UTC. Milliseconds since the epoch count it as the second after it.
  const isLeap = time.endsWith(':60');
  const clock = isLeap ? time.replace(/60$/, '59') : time;
  const local = `${date}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  const zoned = Date.parse(`${local}${utc === undefined ? `${hours}:${minutes}` : 'Z'}`);
  const ms = isLeap ? zoned + MS_PER_S : zoned;
  if (isLeap && ms % MS_PER_DAY >= MS_PER_S) return undefined;
  // `Date.parse` takes 30 February for 2 March.
  if (!Number.isFinite(ms)) return undefined;
  return new Date(Date.parse(`${date}T00:00Z`)).toISOString().startsWith(date) ? ms : undefined;
}

/** Where the distance and the time of a ride come from. */
export const distanceSource = z.enum(['road', 'air']).meta({
  id: 'DistanceSource',
  description: 'road: the route on streets; air: estimated from the straight line, no route being known',
});
