import { cellToParent, latLngToCell } from 'h3-js';
import { newId, type DriverId, type OfferId, type QuoteId, type RiderId, type TripId } from '#libs/contracts';
import type { People } from './people.ts';
import { seededFractions } from '#libs/random';

const PICKUP_RES = 9;
const SHARD_RES = 6;

/** A rider, a quote and a pickup, prepared before the measurement. */
export interface PlannedTrip {
  readonly quoteId: QuoteId;
  readonly riderId: RiderId;
  readonly pickup: { readonly lat: number; readonly lng: number };
  readonly pickupCell: string;
  readonly shard: string;
  /** The rider's access token; undefined if it has none. */
  readonly riderToken?: string | undefined;
}

/** The ids that the service assigns to a trip; pgbench has to bring its own. */
export interface TripIds {
  readonly tripId: TripId;
  readonly offerId: OfferId;
  readonly driverId: DriverId;
}

/** How many tokens are signed at once. */
const TOKENS_AT_ONCE = 500;

/** The same trips, each rider with its own token. */
export async function withTokens(
  trips: readonly PlannedTrip[],
  people: Pick<People, 'tokenOf'>,
): Promise<PlannedTrip[]> {
  const signed: PlannedTrip[] = [];
  for (let start = 0; start < trips.length; start += TOKENS_AT_ONCE) {
    const some = trips.slice(start, start + TOKENS_AT_ONCE);
    const tokens = await Promise.all(some.map(({ riderId }) => people.tokenOf('rider', riderId)));
    signed.push(...some.map((trip, index) => ({ ...trip, riderToken: tokens[index] })));
  }
  return signed;
}

/** Trips all over the area, by seed. */
export function planTrips(count: number, area: string, seed: number): PlannedTrip[] {
  const random = seededFractions(seed);
  const [south = 0, west = 0, north = 0, east = 0] = area.split(',').map(Number);
  return Array.from({ length: count }, () => {
    const pickup = {
      lat: south + random() * (north - south),
      lng: west + random() * (east - west),
    };
    const pickupCell = latLngToCell(pickup.lat, pickup.lng, PICKUP_RES);
    // Only the parents of the cell matter.
    const shard = cellToParent(pickupCell, SHARD_RES);
    return { quoteId: newId('quote'), riderId: newId('rider'), pickup, pickupCell, shard };
  });
}
