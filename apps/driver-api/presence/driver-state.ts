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
import type { Point } from '#libs/geo';
import { hasDriver } from '#libs/trip';

/** This instance's view of a driver: an immutable value that records from Postgres and pushed changes advance. */
export interface DriverState {
  /** Highest known session number; that session may have ended. */
  readonly newestSession: number;
  /** Null while the driver is offline. */
  readonly session: { readonly product: Product; readonly vehicle: Vehicle } | null;
  readonly status: DriverStatus;
  /** Orders the statuses of the driver across all message paths. */
  readonly version: number;
  /** The open offer; for after the trip, if there is one. */
  readonly offer: { readonly offerId: OfferId; readonly tripId: TripId } | null;
  readonly trip: DrivenTrip | null;
  /** The trip accepted for after the current one. */
  readonly nextTripId: TripId | null;
}

export interface DrivenTrip {
  readonly tripId: TripId;
  /** When and where the ride is expected to end; 0 and null before it has begun. */
  readonly freeAtMs: number;
  readonly end: Point | null;
}

export const UNKNOWN_DRIVER: DriverState = {
  newestSession: 0,
  session: null,
  status: 'offline',
  version: -1,
  offer: null,
  trip: null,
  nextTripId: null,
};

/** The state after a read or a command: takes each part unless the known one is newer. */
export function afterRecord(state: DriverState, record: DriverRecord): DriverState {
  return { ...state, ...sessionOf(state, record), ...claimOf(state, record) };
}

type Session = Pick<DriverState, 'newestSession' | 'session'>;
type Claim = Pick<DriverState, 'status' | 'version' | 'offer' | 'trip' | 'nextTripId'>;

function sessionOf(state: DriverState, record: DriverRecord): Session | undefined {
  // Going online or offline raises the version too, so it orders two reads of one session.
  const older = record.session < state.newestSession || record.driver_version < state.version;
  if (older) return undefined;
  const { session, online, product, vehicle } = record;
  return { newestSession: session, session: online ? { product, vehicle } : null };
}

function claimOf(state: DriverState, record: DriverRecord): Claim | undefined {
  if (record.driver_version < state.version) return undefined;
  const { driver_id: driverId, status, driver_version: version, trip, next_trip: next } = record;
  const [offered] = [trip, next].flatMap((candidate) =>
    candidate?.offer?.driver_id === driverId
      ? [{ offerId: candidate.offer.offer_id, tripId: candidate.trip_id }]
      : [],
  );
  const drives = status === 'on_trip' && trip !== null && hasDriver(trip.state);
  return {
    status,
    version,
    offer: offered ?? null,
    trip: drives ? drivenTrip(trip) : null,
    nextTripId: next?.driver?.driver_id === driverId ? next.trip_id : null,
  };
}

/**
 * The state after a pushed change. A change of other drivers or a stale one does not change the status.
 */
export function afterChange(state: DriverState, driverId: DriverId, change: TripChange): DriverState {
  const { trip, drivers } = change;
  const standing = drivers.find(({ driver_id }) => driver_id === driverId);
  if (standing === undefined || standing.version <= state.version) return withProgress(state, trip);
  const { status, version, trip_id: tripId, next_trip_id: nextTripId, offer } = standing;
  return {
    ...state,
    status,
    version,
    session: status === 'offline' ? null : state.session,
    offer: offer && { offerId: offer.offer_id, tripId: offer.trip_id },
    trip: tripId === null ? null : driven(tripId, trip, state.trip),
    nextTripId,
  };
}

/** The driver's current trip, from this change or from the earlier state. */
function driven(tripId: TripId, changed: TripRecord, before: DrivenTrip | null): DrivenTrip {
  if (changed.trip_id === tripId) return drivenTrip(changed);
  return before?.tripId === tripId ? before : { tripId, freeAtMs: 0, end: null };
}

/** The ride may have started without a change of the driver's status. */
function withProgress(state: DriverState, trip: TripRecord): DriverState {
  const now = drivenTrip(trip);
  if (state.trip?.tripId !== trip.trip_id || now.freeAtMs <= state.trip.freeAtMs) return state;
  return { ...state, trip: now };
}

function drivenTrip({ trip_id: tripId, started_at, trip_s, dropoff }: TripRecord): DrivenTrip {
  if (started_at === null) return { tripId, freeAtMs: 0, end: null };
  return { tripId, freeAtMs: fromTimestamp(started_at) + trip_s * 1000, end: dropoff };
}
