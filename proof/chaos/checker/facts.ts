import type { Trip, TripEvent } from '#libs/trip';

/** The checker's input: rows of Postgres and lines of logs, unprocessed. Ids are TypeIDs, cells H3 text. */

export interface TripFact {
  readonly tripId: string;
  readonly state: string;
  readonly seq: number;
  readonly pickupCell: string;
  readonly searchDeadlineMs: number;
  /** Driver of the open offer. */
  readonly offeredTo: string | null;
  /** Driver who has accepted. */
  readonly driverId: string | null;
  readonly quoteId: string;
  readonly riderId: string;
  /** The whole row, to compare with the fold of its events. */
  readonly row: Trip;
}

export interface EventFact {
  readonly tripId: string;
  readonly seq: number;
  readonly type: string;
  readonly driverId: string | null;
  /** Of a swap: the driver who was released, and whether the new one had an offer. */
  readonly freedDriverId: string | null;
  readonly asked: boolean;
  readonly atMs: number;
  /** The drivers concerned, after the event. */
  readonly drivers: readonly DriverFact[];
  /** The event as it was decided. */
  readonly event: TripEvent;
  /** Of a matcher's decision: the shard and epoch it was committed under, and its place in the write-ahead log. */
  readonly shard: string | null;
  readonly epoch: number | null;
  readonly lsn: bigint | null;
}

/** The bindings of a driver after a change. */
export interface DriverFact {
  readonly driverId: string;
  /** Version of the driver: orders its changes across trips. */
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

/** A rider's place for an open trip. */
export interface SlotFact {
  readonly riderId: string;
  readonly tripId: string;
}

export interface ShardFact {
  readonly shard: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly retired: boolean;
}

/** One row of the history of ownership. */
export interface ShardChangeFact extends ShardFact {
  readonly kind: string;
  readonly lsn: bigint;
}

/** One snapshot of the database. */
export interface DatabaseFacts {
  readonly trips: readonly TripFact[];
  readonly events: readonly EventFact[];
  readonly claims: readonly ClaimFact[];
  readonly shards: readonly ShardFact[];
  readonly changes: readonly ShardChangeFact[];
  readonly quotes: ReadonlySet<string>;
  /** Rider or driver and key, joined by {@link keyOf}, of every kept answer. */
  readonly keys: ReadonlySet<string>;
  /** The newest session of each driver. */
  readonly sessions: ReadonlyMap<string, number>;
  /** Drivers without an open session. */
  readonly offline: ReadonlySet<string>;
  readonly slots: readonly SlotFact[];
  /** Service time of the snapshot. */
  readonly readAtMs: number;
}

/** An idempotency key belongs to one person. */
export function keyOf(actorId: string, key: string): string {
  return `${actorId} ${key}`;
}

/** A matcher's log line about shards it stopped or began to match. */
export interface TenureFact {
  readonly matcher: string;
  readonly event: 'shards_drained' | 'shards_taken_over';
  readonly atMs: number;
  readonly shards: readonly { readonly shard: string; readonly epoch: number }[];
}

/** A broken rule, in words. */
export type Violation = string;
