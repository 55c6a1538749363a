import type { DriverClientFrame, OfferId, Vehicle } from '#libs/contracts';
import type { Fix } from './journey.ts';
import type { DriverCommand } from './driver-state.ts';

/** Decimals of a coordinate on the wire: a tenth of a metre. */
const COORDINATE_DIGITS = 6;

/**
 * A `position` frame as text. Written by hand because most frames that the fleet sends are positions; a test checks
 * it against the frame's schema.
 */
export function positionFrame(session: number, seq: number, fix: Fix, recordedAt: string): string {
  return (
    `{"type":"position","data":{"session":${session},"seq":${seq}` +
    `,"lat":${fix.lat.toFixed(COORDINATE_DIGITS)},"lng":${fix.lng.toFixed(COORDINATE_DIGITS)}` +
    `,"recorded_at":"${recordedAt}","heading_deg":${Math.floor(fix.headingDeg)}` +
    `,"speed_mps":${fix.speedMps.toFixed(1)}}}`
  );
}

/** The product of all simulated drivers and riders, so that every driver may take every trip. */
export const FLEET_PRODUCT = 'standard' as const;

/** The frame with which a driver's app requests the change. */
export function commandFrame(command: DriverCommand, id: string, vehicle: Vehicle): DriverClientFrame {
  switch (command.type) {
    case 'online':
      return { type: 'online', id, data: { product: FLEET_PRODUCT, vehicle } };
    case 'accept':
    case 'decline':
      return { type: command.type, id, data: { offer_id: command.offerId } };
    case 'arrived':
    case 'start':
    case 'complete':
    case 'cancel':
      return { type: command.type, id, data: { trip_id: command.tripId } };
  }
}

/** The frame with which a driver's app acknowledges an offer. An offer that has closed meanwhile is no error of the fleet. */
export function receivedFrame(offerId: OfferId): DriverClientFrame {
  return { type: 'received', id: 'received', data: { offer_id: offerId } };
}
