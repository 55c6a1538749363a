import type { Trip, TripEvent } from '#libs/trip';

/** What a checker compares: rows of Postgres and lines of logs, as they are. Ids are TypeIDs, cells H3 text. */

export interface TripFact {
  readonly tripId: string;
  readonly state: string;
  readonly seq: number;
  readonly pickupCell: string;
  readonly searchDeadlineMs: number;
  /** Whom the open offer is made to. */
  readonly offeredTo: string | null;
  /** Who has accepted. */
  readonly driverId: string | null;
  readonly quoteId: string;
  readonly riderId: string;
  /** The whole row, as its events are to give it. */
  readonly row: Trip;
}

export interface EventFact {
  readonly tripId: string;
  readonly seq: number;
  readonly type: string;
  readonly driverId: string | null;
  /** Of a swap: who was on the way before, and whether the new one had an offer. */
  readonly freedDriverId: string | null;
  readonly asked: boolean;
  readonly atMs: number;
  /** What it makes of the drivers concerned. */
  readonly drivers: readonly DriverFact[];
  /** As it was decided. */
  readonly event: TripEvent;
  /** Of what a matcher decided: under whose authority it was committed, and when by the write-ahead log. */
  readonly shard: string | null;
  readonly epoch: number | null;
  readonly lsn: bigint | null;
}

/** All that binds a driver after a change. */
export interface DriverFact {
  readonly driverId: string;
  /** The count of the driver's changes: their order across trips. */
  readonly version: number;
  readonly tripId: string | null;
  readonly nextTripId: string | null;
  readonly offeredTripId: string | null;
}

export interface ClaimFact {
  readonly driverId: string;
  readonly tripId: string;
  readonly kind: string;
}

export interface ShardFact {
  readonly shard: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly retired: boolean;
}

/** One line of the history of ownership. */
export interface ShardChangeFact extends ShardFact {
  readonly kind: string;
  readonly lsn: bigint;
}

/** All of one snapshot. */
export interface DatabaseFacts {
  readonly trips: readonly TripFact[];
  readonly events: readonly EventFact[];
  readonly claims: readonly ClaimFact[];
  readonly shards: readonly ShardFact[];
  readonly changes: readonly ShardChangeFact[];
  readonly quotes: ReadonlySet<string>;
  /** Rider or driver and key, as {@link keyOf} joins them, of every answer that is kept. */
  readonly keys: ReadonlySet<string>;
  /** The newest session of each driver. */
  readonly sessions: ReadonlyMap<string, number>;
  /** Service time at which it was read. */
  readonly readAtMs: number;
}

/** An idempotency key is one person's. */
export function keyOf(actorId: string, key: string): string {
  return `${actorId} ${key}`;
}

/** A matcher's word about shards that it has stopped matching, or begun to match. */
export interface TenureFact {
  readonly matcher: string;
  readonly event: 'shards_drained' | 'shards_taken_over';
  readonly atMs: number;
  readonly shards: readonly { readonly shard: string; readonly epoch: number }[];
}

/** One thing that must not be, in words. */
export type Violation = string;
