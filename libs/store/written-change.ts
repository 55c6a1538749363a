import { createHash } from 'node:crypto';
import type { DriverStanding } from '#libs/contracts';
import { type Trip, type TripEvent, driverOfEvent, type ChainedFacts } from '#libs/trip';
import { timestampOf } from './postgres/values.ts';

/** One event, with its trip and the standings of its drivers after it. */
export interface WrittenChange {
  event: TripEvent;
  trip: Trip;
  drivers: readonly DriverStanding[];
  /** The shard and epoch under which an offer was committed. */
  authority: { shard: string; epoch: number } | null;
}

/** SHA-256 in hexadecimal, as the event chain needs it. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The facts that the event chain covers. */
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

/** The standing after the event of the driver that it names. */
export function standingIn({ event, drivers }: WrittenChange): DriverStanding | undefined {
  const driverId = driverOfEvent(event);
  return drivers.find(({ driver_id }) => driver_id === driverId);
}
