import type { DriverId, OfferId, QuoteId, RiderId, TripId } from './ids.ts';
import type { TripState } from './states.ts';

/** A driver who may be asked again for the trip, from a time on. */
export interface AskPause {
  driverId: DriverId;
  untilMs: number;
  /** How many offers of this trip ended without its answer: they lapsed, or could not be delivered. */
  silences: number;
}

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

/** The trip offered to one driver. While it is open, no other driver is asked; a driver on the way drives on. */
export interface OpenOffer {
  offerId: OfferId;
  driverId: DriverId;
  expiresAtMs: number;
  pickupEtaS: number;
  pickupDistanceM: number;
  /** The driver on the way that the asked one is to replace; absent for a waiting trip. */
  replacesDriverId?: DriverId;
}

export interface AssignedDriver {
  driverId: DriverId;
  vehicle: TripVehicle;
  pickupEtaS: number;
}

/** Where distance and time of a ride come from: a route on streets, or an estimate from the straight line. */
export type DistanceSource = 'road' | 'air';

/** The immutable part of a trip, from its request. */
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
  /** Absent in requests from before it was kept. */
  distanceSource?: DistanceSource;
  /** What the rider was told. */
  tripS: number;
  /** The route's time without what completed rides taught. Absent in requests from before it was kept. */
  streetS?: number;
  requestedAtMs: number;
  /** The search is given up at this time if no driver has accepted. */
  searchDeadlineAtMs: number;
}

/** Why an operator should look at a trip. `stuck`: its ride is under way and its driver's phone is silent. */
export type TripAttention = 'stuck';

/** The aggregate, as an immutable value: {@link evolve} gives the next one. */
export interface Trip extends Omit<TripRequest, 'distanceSource' | 'streetS'> {
  /** Null: requested before it was kept. */
  distanceSource: DistanceSource | null;
  /** As above. */
  streetS: number | null;
  state: TripState;
  /** Number of the newest event; the first is 1. */
  seq: number;
  offer: OpenOffer | null;
  driver: AssignedDriver | null;
  /** Drivers who declined, gave the trip back or lost it. They are not asked again. */
  excludedDriverIds: readonly DriverId[];
  /** Drivers who are asked again later: an offer lapsed, could not be delivered, or was declined for a while. */
  pauses: readonly AskPause[];
  /** How often its driver was replaced by a better one. */
  swaps: number;
  acceptedAtMs: number | null;
  arrivedAtMs: number | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
  cancelReason: string | null;
  /** Null: nothing to look at. */
  attention: TripAttention | null;
}
