import type { DriverStanding } from '#libs/contracts';
import type { Trip, TripEvent } from '#libs/trip';

/** One event with what it made of its trip and of the drivers it concerns. */
export interface WrittenChange {
  event: TripEvent;
  trip: Trip;
  drivers: readonly DriverStanding[];
  /** Whose authority an offer was committed under. */
  authority: { shard: string; epoch: number } | null;
}
