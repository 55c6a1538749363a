/** The kind of an id. The prefix makes a wrong id visible in a log, and lets the edge refuse it. */
export type IdPrefix = 'trip' | 'quote' | 'offer' | 'rider' | 'driver' | 'operator' | 'event' | 'webhook';

/** A TypeID: `<prefix>_<26 base32 characters of a UUIDv7>`. Sorts by creation time within a prefix. */
export type Id<P extends IdPrefix> = `${P}_${string}`;

export type TripId = Id<'trip'>;
export type QuoteId = Id<'quote'>;
export type OfferId = Id<'offer'>;
export type RiderId = Id<'rider'>;
export type DriverId = Id<'driver'>;
export type OperatorId = Id<'operator'>;
export type WebhookId = Id<'webhook'>;

/** The id that this rider has as a driver: the ids of one person share what follows the prefix (ADR 0027). */
export function driverIdOfRider(riderId: RiderId): DriverId {
  return `driver_${riderId.slice('rider_'.length)}`;
}
