import { driverId, type DriverId } from '#libs/contracts';
import type { Caller } from '#libs/service';

/** Reference of a log line to the HTTP request or frame that caused the state change. */
export type RequestRefs = { request_id: string } | { frame_id: string | undefined; connection: string };

/** The driver of a verified token; a route with `ForRole('driver')` admits no other caller. */
export function driverOf(caller: Caller): DriverId {
  return driverId.parse(caller.id);
}
