import { riderId, type RiderId } from '#libs/contracts';
import type { Caller } from '#libs/service';

/** The rider a verified token is of; a route `ForRole('rider')` lets in nobody else. */
export function riderOf(caller: Caller): RiderId {
  return riderId.parse(caller.id);
}
