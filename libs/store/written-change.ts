import type { DriverStatus } from '#libs/contracts';
import type { Trip, TripEvent } from '#libs/trip';

/** One event with what it made of its trip and its driver. */
export interface WrittenChange {
  event: TripEvent;
  trip: Trip;
  driverStatus: DriverStatus | null;
  driverVersion: number | null;
  /** Whose authority an offer was committed under. */
  authority: { shard: string; epoch: number } | null;
}
