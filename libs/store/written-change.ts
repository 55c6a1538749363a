import { createHash } from 'node:crypto';
import type { DriverStanding } from '#libs/contracts';
import { type Trip, type TripEvent, driverOfEvent, type ChainedFacts } from '#libs/trip';
import { timestampOf } from './postgres/values.ts';

/** One event with what it made of its trip and of the drivers it concerns. */
export interface WrittenChange {
  event: TripEvent;
  trip: Trip;
  drivers: readonly DriverStanding[];
  /** Whose authority an offer was committed under. */
  authority: { shard: string; epoch: number } | null;
}

/** SHA-256 in hexadecimal, as the chain of events wants it. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the chain of events vouches for. */
export function factsOf(change: WrittenChange): ChainedFacts {
  const { event, trip, drivers, authority } = change;
  const standing = standingIn(change);
  return {
    tripId: trip.tripId,
    seq: trip.seq,
    type: event.type,
    at: timestampOf(event.atMs),
    driverId: driverOfEvent(event),
    event,
    driverStatus: standing?.status ?? null,
    driverVersion: standing?.version ?? null,
    drivers,
    shard: authority?.shard ?? null,
    epoch: authority?.epoch ?? null,
  };
}

/** What the driver that an event is about has become. */
export function standingIn({ event, drivers }: WrittenChange): DriverStanding | undefined {
  const driverId = driverOfEvent(event);
  return drivers.find(({ driver_id }) => driver_id === driverId);
}
