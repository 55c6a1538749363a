import { driverId, type DriverId } from '#libs/contracts';
import type { Caller } from '#libs/service';

/** The driver a verified token is of; a route `ForRole('driver')` lets in nobody else. */
export function driverOf(caller: Caller): DriverId {
  return driverId.parse(caller.id);
}
