import { createHash } from 'node:crypto';
import { driverOfEvent, type ChainedFacts } from '#libs/trip';
import { timestampOf } from './postgres/values.ts';
import type { WrittenChange } from './written-change.ts';

/** SHA-256 in hexadecimal, as the chain of events wants it. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the chain of events vouches for. */
export function factsOf(change: WrittenChange): ChainedFacts {
  const { event, trip, driverStatus, driverVersion, authority } = change;
  return {
    tripId: trip.tripId,
    seq: trip.seq,
    type: event.type,
    at: timestampOf(event.atMs),
    driverId: driverOfEvent(event),
    event,
    driverStatus,
    driverVersion,
    shard: authority?.shard ?? null,
    epoch: authority?.epoch ?? null,
  };
}
