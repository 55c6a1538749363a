import { driverId, type DriverId } from '#libs/contracts';
import type { Caller } from '#libs/service';

/** What the log line of a state change refers to: the HTTP request or the frame that asked for it. */
export type RequestRefs = { request_id: string } | { frame_id: string | undefined; connection: string };

/** The driver a verified token is of; a route `ForRole('driver')` lets no other caller in. */
export function driverOf(caller: Caller): DriverId {
  return driverId.parse(caller.id);
}
