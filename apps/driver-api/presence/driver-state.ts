import {
  fromTimestamp,
  type DriverId,
  type DriverRecord,
  type DriverStatus,
  type OfferId,
  type Product,
  type TripChange,
  type TripId,
  type TripRecord,
  type Vehicle,
} from '#libs/contracts';
import { hasDriver } from '#libs/trip';

/** What this instance knows of a driver; a value that records from Postgres and pushed changes bring forward. */
export interface DriverState {
  /** Highest session number heard of; it may have ended. */
  readonly newestSession: number;
  /** Null while the driver is offline. */
  readonly session: { readonly product: Product; readonly vehicle: Vehicle } | null;
  readonly status: DriverStatus;
  /** Orders the status of the driver, whatever path it comes by. */
  readonly version: number;
  readonly offer: { readonly offerId: OfferId; readonly tripId: TripId } | null;
  readonly trip: {
    readonly tripId: TripId;
    /** When the ride is expected to end; 0 before it has begun. */
    readonly freeAtMs: number;
  } | null;
}

export const UNKNOWN_DRIVER: DriverState = {
  newestSession: 0,
  session: null,
  status: 'offline',
  version: -1,
  offer: null,
  trip: null,
};

/** After a read or a command: each part is taken unless what is known is newer. */
export function afterRecord(state: DriverState, record: DriverRecord): DriverState {
  return { ...state, ...sessionOf(state, record), ...claimOf(state, record) };
}

type Session = Pick<DriverState, 'newestSession' | 'session'>;
type Claim = Pick<DriverState, 'status' | 'version' | 'offer' | 'trip'>;

function sessionOf(state: DriverState, record: DriverRecord): Session | undefined {
  // The version counts going online and offline too, so it tells two reads of one session apart.
  const older = record.session < state.newestSession || record.driver_version < state.version;
  if (older) return undefined;
  const { session, online, product, vehicle } = record;
  return { newestSession: session, session: online ? { product, vehicle } : null };
}

function claimOf(state: DriverState, record: DriverRecord): Claim | undefined {
  if (record.driver_version < state.version) return undefined;
  return {
    status: record.status,
    version: record.driver_version,
    ...engagement(record.driver_id, record.status, record.trip),
  };
}

/**
 * After a pushed change. One that is about another driver, or that something newer has overtaken, changes no status.
 */
export function afterChange(state: DriverState, driverId: DriverId, change: TripChange): DriverState {
  const { event, trip, driver_status: status, driver_version: version } = change;
  if (event.driver_id !== driverId) return state;
  if (status === null || version === null || version <= state.version) return withProgress(state, trip);
  return {
    ...state,
    status,
    version,
    session: status === 'offline' ? null : state.session,
    ...engagement(driverId, status, trip),
  };
}

/** The ride may have begun without any change of claim. */
function withProgress(state: DriverState, trip: TripRecord): DriverState {
  const freeAtMs = freeAtMsOf(trip);
  if (state.trip?.tripId !== trip.trip_id || freeAtMs <= state.trip.freeAtMs) return state;
  return { ...state, trip: { ...state.trip, freeAtMs } };
}

function engagement(
  driverId: DriverId,
  status: DriverStatus,
  trip: TripRecord | null,
): Pick<DriverState, 'offer' | 'trip'> {
  const offer = trip?.offer;
  if (status === 'offered' && trip !== null && offer?.driver_id === driverId) {
    return { offer: { offerId: offer.offer_id, tripId: trip.trip_id }, trip: null };
  }
  if (status === 'on_trip' && trip !== null && hasDriver(trip.state)) {
    return { offer: null, trip: { tripId: trip.trip_id, freeAtMs: freeAtMsOf(trip) } };
  }
  return { offer: null, trip: null };
}

function freeAtMsOf(trip: TripRecord): number {
  return trip.started_at === null ? 0 : fromTimestamp(trip.started_at) + trip.trip_s * 1000;
}
