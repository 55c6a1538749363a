import type { DriverId, Match, TripId } from '#libs/dispatch';

/** A trip that is to be offered to a driver, if the claim can be committed. */
export interface RoundOffer {
  readonly tripId: TripId;
  readonly shard: string;
  readonly driverId: DriverId;
  readonly pickupEtaS: number;
  /** By air. */
  readonly pickupDistanceM: number;
  /** Of a driver with a rider on board: the version under which it is known to be. */
  readonly afterRideAtVersion: number | undefined;
  /** Who is on the way, and drives on until the driver has accepted. */
  readonly replaces: DriverId | undefined;
  /** Where the replaced driver goes then, and whom it replaces, and so on. */
  readonly followUps: readonly Match[];
}

/** Drivers on their way who change places, all or none. */
export type RoundSwap = readonly Match[];

/** What a round has decided. */
export interface RoundPlan {
  readonly offers: readonly RoundOffer[];
  readonly swaps: readonly RoundSwap[];
}
