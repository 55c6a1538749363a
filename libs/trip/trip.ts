import type { DriverId, OfferId, QuoteId, RiderId, TripId } from './ids.ts';
import type { TripState } from './states.ts';

/** WGS84 degrees. */
export interface Place {
  lat: number;
  lng: number;
}

export interface TripVehicle {
  plate: string;
  make: string;
  model: string;
  color: string;
}

/** The trip proposed to one driver. While it is open, nobody else is asked. One on the way drives on meanwhile. */
export interface OpenOffer {
  offerId: OfferId;
  driverId: DriverId;
  expiresAtMs: number;
  pickupEtaS: number;
  pickupDistanceM: number;
  /** Whose place the driver is to take, where the trip has one on the way; absent for a trip that waits. */
  replacesDriverId?: DriverId;
}

export interface AssignedDriver {
  driverId: DriverId;
  vehicle: TripVehicle;
  pickupEtaS: number;
}

/** What a trip is from its request on; never changes. */
export interface TripRequest {
  tripId: TripId;
  riderId: RiderId;
  quoteId: QuoteId;
  product: string;
  pickup: Place;
  dropoff: Place;
  /** H3 cell of the pickup, resolution 9. */
  pickupCell: string;
  fareAmountMinor: number;
  fareCurrency: string;
  distanceM: number;
  tripS: number;
  requestedAtMs: number;
  /** Where nobody has accepted by then, the search is given up. */
  searchDeadlineAtMs: number;
}

/** The one aggregate. A value: {@link evolve} makes the next one. */
export interface Trip extends TripRequest {
  state: TripState;
  /** Number of the newest event; the first is 1. */
  seq: number;
  offer: OpenOffer | null;
  driver: AssignedDriver | null;
  /** Drivers who declined, let an offer expire or gave the trip back; they are not asked again. */
  excludedDriverIds: readonly DriverId[];
  /** How often its driver was changed for a better one. */
  swaps: number;
  acceptedAtMs: number | null;
  arrivedAtMs: number | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
  cancelReason: string | null;
}
