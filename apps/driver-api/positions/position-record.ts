import type { PositionRecord } from '#libs/contracts';
import type { DriverPresence, LastPosition } from '../presence/driver-presence.ts';
import type { DriverState } from '../presence/driver-state.ts';

/** A driver's last position with the status it has now, as matchers hear it. */
export function hereRecord({ driverId, state }: Driver, position: LastPosition): PositionRecord {
  return {
    driverId,
    session: position.session,
    seq: position.seq,
    lat: position.lat,
    lng: position.lng,
    recordedAtMs: position.recordedAtMs,
    freeAtMs: state.trip?.freeAtMs ?? 0,
    rideEnd: state.trip?.end ?? undefined,
    booked: state.trip !== null && (state.offer !== null || state.nextTripId !== null),
    status: state.status,
    statusVersion: Math.max(0, state.version),
    product: position.product,
    left: false,
    headingDeg: position.headingDeg,
    speedMps: position.speedMps,
  };
}

/**
 * Tells those who listen to the cell that from this position on the driver is heard elsewhere, or not at all for now.
 */
export function leftRecord(driver: Driver, position: LastPosition): PositionRecord {
  return { ...hereRecord(driver, position), left: true };
}

/** The driver as it is now: there, or gone from there. */
export function currentRecord(presence: DriverPresence, position: LastPosition): PositionRecord {
  return presence.reach === 'withdrawn' ? leftRecord(presence, position) : hereRecord(presence, position);
}

type Driver = Pick<DriverPresence, 'driverId'> & { state: DriverState };
