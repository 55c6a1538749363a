import { cellToParent, latLngToCell } from 'h3-js';
import { newId, type DriverId, type OfferId, type QuoteId, type RiderId, type TripId } from '#libs/contracts';
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
}

/** The ids that the service assigns to a trip; pgbench has to bring its own. */
export interface TripIds {
  readonly tripId: TripId;
  readonly offerId: OfferId;
  readonly driverId: DriverId;
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
