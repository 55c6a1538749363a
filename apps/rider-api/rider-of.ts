import { riderId, type RiderId } from '#libs/contracts';
import type { Caller } from '#libs/service';

/** The rider of a verified token; a route with `ForRole('rider')` admits no other caller. */
export function riderOf(caller: Caller): RiderId {
  return riderId.parse(caller.id);
}
