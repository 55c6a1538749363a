import type { OfferRefusal } from '#libs/contracts';

/**
 * What follows from a refused offer:
 * - `try_another_driver`: the driver is taken, the trip still waits.
 * - `read_trip_and_try_another_driver`: what is known of the trip is old: the driver had declined it.
 * - `forget_trip`: it does not wait any more.
 * - `shard_moved`: somebody else owns it now.
 */
export type RefusalConsequence =
  'try_another_driver' | 'read_trip_and_try_another_driver' | 'forget_trip' | 'shard_moved';

export const CONSEQUENCES: Readonly<Record<OfferRefusal, RefusalConsequence>> = {
  driver_claimed: 'try_another_driver',
  driver_unavailable: 'try_another_driver',
  driver_excluded: 'read_trip_and_try_another_driver',
  trip_not_open: 'forget_trip',
  stale_epoch: 'shard_moved',
  wrong_shard: 'shard_moved',
};

export function triesAnotherDriver(consequence: RefusalConsequence): boolean {
  return consequence === 'try_another_driver' || consequence === 'read_trip_and_try_another_driver';
}
