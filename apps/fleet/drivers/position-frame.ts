import type { Fix } from './journey.ts';

const COORDINATE_DIGITS = 6;

/**
 * A `position` frame as text. Written by hand because it is most of what the fleet ever sends; a test holds it against
 * the frame's schema.
 */
export function positionFrame(session: number, seq: number, fix: Fix, recordedAt: string): string {
  return (
    `{"type":"position","data":{"session":${session},"seq":${seq}` +
    `,"lat":${fix.lat.toFixed(COORDINATE_DIGITS)},"lng":${fix.lng.toFixed(COORDINATE_DIGITS)}` +
    `,"recorded_at":"${recordedAt}","heading_deg":${Math.floor(fix.headingDeg)}` +
    `,"speed_mps":${fix.speedMps.toFixed(1)}}}`
  );
}
