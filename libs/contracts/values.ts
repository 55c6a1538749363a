import { parseCellKey } from '#libs/geo';
import { z } from 'zod';

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

/** Text that a person typed. Refuses NUL and unpaired surrogates, which Postgres cannot store. */
export function typedText(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'contains a NUL or an unpaired surrogate');
}

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
