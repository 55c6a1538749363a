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
    status: state.status,
    statusVersion: Math.max(0, state.version),
    product: position.product,
    left: false,
    headingDeg: position.headingDeg,
    speedMps: position.speedMps,
  };
}

/** Tells those who listen to the old cell only that the driver is heard elsewhere from this position on. */
export function leftRecord(driver: Driver, position: LastPosition): PositionRecord {
  return { ...hereRecord(driver, position), left: true };
}

type Driver = Pick<DriverPresence, 'driverId'> & { state: DriverState };
