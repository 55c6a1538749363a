import type { DriverId, Ping, PositionRecord, Product } from '#libs/contracts';
import type { DriverState } from '../presence/driver-state.ts';

interface PingOrigin {
  readonly driverId: DriverId;
  /** Of the ping's session. */
  readonly product: Product;
  readonly state: DriverState;
}

/** The record that matchers get: a ping with its driver's current status. */
export function recordOfPing(
  ping: Ping,
  recordedAtMs: number,
  { driverId, product, state }: PingOrigin,
): PositionRecord {
  return {
    driverId,
    session: ping.session,
    seq: ping.seq,
    lat: ping.lat,
    lng: ping.lng,
    recordedAtMs,
    freeAtMs: state.trip?.freeAtMs ?? 0,
    rideEnd: state.trip?.end ?? undefined,
    booked: isBooked(state),
    status: state.status,
    statusVersion: Math.max(0, state.version),
    product,
    left: false,
    headingDeg: ping.heading_deg,
    speedMps: ping.speed_mps,
  };
}

/** An earlier ping with its driver's current status; `left` if the driver is no longer in that ping's cell. */
export function recordNow(last: PositionRecord, state: DriverState, left: boolean): PositionRecord {
  return {
    ...last,
    freeAtMs: state.trip?.freeAtMs ?? 0,
    rideEnd: state.trip?.end ?? undefined,
    booked: isBooked(state),
    status: state.status,
    statusVersion: Math.max(0, state.version),
    left,
  };
}

function isBooked({ trip, offer, nextTripId }: DriverState): boolean {
  return trip !== null && (offer !== null || nextTripId !== null);
}
