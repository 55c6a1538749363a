import { TypeID, typeidUnboxed } from 'typeid-js';
import { z } from 'zod';
import type { Id, IdPrefix } from '#libs/trip';

export type {
  DriverId,
  Id,
  IdPrefix,
  OfferId,
  OperatorId,
  QuoteId,
  RiderId,
  TripId,
  WebhookId,
} from '#libs/trip';

/*
 * An id is a TypeID: `<prefix>_<26 base32 characters of a UUIDv7>`. Postgres stores the bare UUID; only its queries
 * convert, with {@link uuidOf} and {@link idFromUuid}.
 */

/** Crockford base32 of 128 bits: the first character carries three bits only. */
const SUFFIX = '[0-7][0-9a-hjkmnp-tv-z]{25}';

function idSchema<P extends IdPrefix>(prefix: P) {
  return z
    .templateLiteral([`${prefix}_`, z.string().regex(new RegExp(`^${SUFFIX}$`))])
    .meta({ description: `${prefix} id (TypeID)`, example: `${prefix}_01k3q8v5mce9ts9wz2hbhvdz1q` });
}

export const tripId = idSchema('trip');
export const quoteId = idSchema('quote');
export const offerId = idSchema('offer');
export const riderId = idSchema('rider');
export const driverId = idSchema('driver');
export const operatorId = idSchema('operator');
export const webhookId = idSchema('webhook');

/** Who may hold a token. */
export const role = z.enum(['rider', 'driver', 'operator']);
export type Role = z.infer<typeof role>;

/**
 * What an operator's token allows. `ops.read`: to see trips, drivers and matchers. `ops.write`: to act on them.
 * `ops.force`: to end a ride against what the phones say. `integrations`: webhooks.
 */
export const scope = z.enum(['ops.read', 'ops.write', 'ops.force', 'integrations']);
export type Scope = z.infer<typeof scope>;

/** The id of a token's holder; its prefix is the role. */
export const subjectId = z.string().regex(new RegExp(`^(${role.options.join('|')})_${SUFFIX}$`));

/** A new id. Its time part is wall time, which is enough for sorting. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return typeidUnboxed(prefix) as unknown as Id<P>;
}

/**
 * A new id whose time part is the given service time, for rows that Postgres partitions by id. Ids of the same
 * millisecond are in random order.
 */
export function newIdAt<P extends IdPrefix>(prefix: P, atMs: number): Id<P> {
  return TypeID.fromUUIDBytes(prefix, uuidBytesAt(atMs)).toString() as Id<P>;
}

/** A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits except for version and variant. */
function uuidBytesAt(atMs: number): Uint8Array {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(atMs / 2 ** 32));
  view.setUint32(2, Math.floor(atMs) % 2 ** 32);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  return bytes;
}

/** The UUID inside an id, as Postgres stores it. Throws a TypeError on another prefix. */
export function uuidOf(prefix: IdPrefix, id: string): string {
  return TypeID.fromString(id, prefix).toUUID();
}

/** The id for a UUID read from Postgres. */
export function idFromUuid<P extends IdPrefix>(prefix: P, uuid: string): Id<P> {
  return TypeID.fromUUID(prefix, uuid).toString() as Id<P>;
}
