import { uuidOf, type DriverStanding, idFromUuid, type TripId } from '#libs/contracts';
import type { TripEvent, FoundChain, FoundEvent } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { FIRST_UUID, timestampOf } from '../postgres/values.ts';

/** An event as it was written. */
export interface StoredEvent {
  seq: number;
  event: TripEvent;
  drivers: readonly DriverStanding[];
}

/** With its hash in hexadecimal; null if the event is older than the chain. */
export interface HashedEvent extends StoredEvent {
  hash: string | null;
}

/**
 * Reads all events of a trip, in order. A trip has a few tens at most: each needs an action of a driver or rider.
 */
export async function readEvents(database: Queryable, tripId: string): Promise<HashedEvent[]> {
  return database.rows<HashedEvent & Record<string, unknown>>({
    name: 'read-events',
    text: `
      SELECT seq, event, coalesce(drivers, '[]') AS drivers, encode(hash, 'hex') AS hash
      FROM trip_event WHERE trip_id = $1 ORDER BY seq`,
    values: [uuidOf('trip', tripId)],
  });
}

/** A trip with its events from the first, in order. */
export interface History {
  tripId: TripId;
  events: StoredEvent[];
}

interface HistoryRow extends Record<string, unknown>, StoredEvent {
  trip_id: string;
}

/**
 * Reads the histories of these trips. Looks each one up separately, so that only the partition of its time is read: a plan
 * for a list of ids cannot exclude partitions.
 */
export async function readHistories(database: Queryable, tripIds: readonly TripId[]): Promise<History[]> {
  const rows = await database.rows<HistoryRow>({
    name: 'read-histories',
    text: `
      SELECT trip_id, seq, event, drivers FROM unnest($1::uuid[]) AS wanted (trip_id) CROSS JOIN LATERAL (
        SELECT seq, event, coalesce(drivers, '[]') AS drivers FROM trip_event e
        WHERE e.trip_id = wanted.trip_id OFFSET 0) events
      ORDER BY trip_id, seq`,
    values: [tripIds.map((id) => uuidOf('trip', id))],
  });
  const histories = new Map<string, History>();
  for (const { trip_id, ...event } of rows) {
    const history = histories.get(trip_id) ?? { tripId: idFromUuid('trip', trip_id), events: [] };
    histories.set(trip_id, history);
    history.events.push(event);
  }
  return [...histories.values()];
}

/** Reads the next trips by id; none at the end. */
export async function readTripIds(
  database: Queryable,
  after: TripId | undefined,
  limit: number,
): Promise<TripId[]> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'read-trip-ids',
    text: 'SELECT trip_id FROM any_trip WHERE trip_id > $1 ORDER BY trip_id LIMIT $2',
    values: [after === undefined ? FIRST_UUID : uuidOf('trip', after), limit],
  });
  return rows.map(({ trip_id }) => idFromUuid('trip', trip_id));
}

/** A trip with its events and all their hashes. */
export interface StoredChain extends FoundChain {
  tripId: TripId;
}

interface ChainRow extends Record<string, unknown> {
  trip_id: string;
  trip_seq: number;
  head_hash: string | null;
  seq: number | null;
  type: string;
  at: number;
  driver_id: string | null;
  event: unknown;
  driver_status: string | null;
  driver_version: number | null;
  drivers: unknown;
  shard: string | null;
  epoch: number | null;
  hash: string | null;
}

/**
 * Reads the next trips by id with their events, in one snapshot; none at the end. Events without a trip row come as a trip
 * with `seq` 0, except where the partitions of trips are detached already: those of events are detached after them.
 */
export async function readChains(
  database: Queryable,
  after: TripId | undefined,
  limit: number,
): Promise<StoredChain[]> {
  const rows = await database.rows<ChainRow>({
    name: 'read-chains',
    text: `
      WITH page AS (
        (SELECT trip_id FROM any_trip WHERE trip_id > $1 ORDER BY trip_id LIMIT $2)
        UNION
        (SELECT DISTINCT trip_id FROM trip_event WHERE trip_id > greatest($1, coalesce((
          SELECT from_id FROM history_partition
          WHERE parent = 'trip_history' AND partition <> 'trip_history_before' AND NOT detach_pending
          ORDER BY from_id NULLS FIRST LIMIT 1), $1)) ORDER BY trip_id LIMIT $2)
        ORDER BY trip_id LIMIT $2
      )
      SELECT page.trip_id, coalesce(t.seq, 0) AS trip_seq, encode(t.event_hash, 'hex') AS head_hash, e.seq, e.type, e.at,
        e.driver_id, e.event, e.driver_status, e.driver_version, coalesce(e.drivers, '[]') AS drivers,
        to_hex(e.shard) AS shard, e.epoch, encode(e.hash, 'hex') AS hash
      FROM page
      LEFT JOIN LATERAL (SELECT seq, event_hash FROM any_trip WHERE trip_id = page.trip_id OFFSET 0) t ON true
      LEFT JOIN LATERAL (SELECT * FROM trip_event WHERE trip_id = page.trip_id OFFSET 0) e ON true
      ORDER BY page.trip_id, e.seq`,
    values: [after === undefined ? FIRST_UUID : uuidOf('trip', after), limit],
  });
  const chains = new Map<string, StoredChain & { events: FoundEvent[] }>();
  for (const row of rows) {
    const tripId = idFromUuid('trip', row.trip_id);
    const chain = chains.get(tripId) ?? { tripId, seq: row.trip_seq, headHash: row.head_hash, events: [] };
    chains.set(tripId, chain);
    if (row.seq !== null) chain.events.push(foundEvent(tripId, row.seq, row));
  }
  return [...chains.values()];
}

function foundEvent(tripId: TripId, seq: number, row: ChainRow): FoundEvent {
  const { type, event, shard, epoch, hash } = row;
  return {
    facts: {
      tripId,
      seq,
      type,
      at: timestampOf(row.at),
      driverId: row.driver_id === null ? null : idFromUuid('driver', row.driver_id),
      event,
      driverStatus: row.driver_status,
      driverVersion: row.driver_version,
      drivers: row.drivers,
      shard,
      epoch,
    },
    hash,
  };
}
