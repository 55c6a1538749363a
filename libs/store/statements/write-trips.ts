import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import { attentionOf, type Trip, type TripEvent, driverOfEvent, factsDigest } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';
import { eventData } from '../trip-change.ts';
import { giveSlotsBack, takeSlots, type SlotOutcome } from './trip-slots.ts';
import { factsOf, sha256Hex, standingIn, type WrittenChange } from '../written-change.ts';

export interface NewTrip {
  trip: Trip;
  /** Hash of the trip's first event. */
  eventHash: string;
  /** How many open trips the rider may have, this one included. */
  maxOpenTrips: number;
}

/** `contended`: another transaction took the rider's slot meanwhile. Only `inserted` leaves anything behind. */
export type Insertion = 'inserted' | 'quote_used' | 'too_many_open_trips' | 'contended';

/** Inserts trips, each into a slot of its rider. */
export async function insertTrips(
  transaction: Queryable,
  trips: readonly NewTrip[],
): Promise<ReadonlyMap<string, Insertion>> {
  const slots = await takeSlots(
    transaction,
    trips.map(({ trip: { riderId, tripId, quoteId }, maxOpenTrips }) => ({
      riderId,
      tripId,
      quoteId,
      maxOpenTrips,
    })),
  );
  const placed = trips.filter(({ trip }) => slots.get(trip.tripId) === 'taken');
  const inserted = placed.length === 0 ? new Set<string>() : await insertPlaced(transaction, placed);
  const unplaced = placed.map(({ trip }) => trip.tripId).filter((tripId) => !inserted.has(tripId));
  if (unplaced.length > 0) await giveSlotsBack(transaction, unplaced);
  return new Map(
    trips.map(({ trip: { tripId } }) => [tripId, insertionOf(slots.get(tripId), inserted.has(tripId))]),
  );
}

function insertionOf(slot: SlotOutcome | undefined, isInserted: boolean): Insertion {
  if (isInserted) return 'inserted';
  if (slot === 'full') return 'too_many_open_trips';
  return slot === 'contended' ? 'contended' : 'quote_used';
}

/** Inserts trips in the order of their quotes; returns those inserted. The quotes of the others have a trip already. */
async function insertPlaced(transaction: Queryable, trips: readonly NewTrip[]): Promise<Set<TripId>> {
  const rows = await transaction.rows<{ trip_id: string }>({
    name: 'insert-trips',
    text: `
      INSERT INTO trip (trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        pickup_cell, fare_minor, currency, distance_m, distance_source, trip_s, street_s, requested_at, search_deadline_at,
        event_hash)
      SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        pickup_cell, fare_minor, currency, distance_m, distance_source, trip_s, street_s, requested_at, search_deadline_at,
        decode(event_hash, 'hex')
      FROM jsonb_to_recordset($1::jsonb) AS n (trip_id uuid, rider_id uuid, quote_id uuid, product text, state text,
        seq integer, pickup_lat double precision, pickup_lng double precision, dropoff_lat double precision,
        dropoff_lng double precision, pickup_cell bigint, fare_minor bigint, currency text, distance_m double precision,
        distance_source text, trip_s double precision, street_s double precision, requested_at timestamptz,
        search_deadline_at timestamptz, event_hash text)
      ORDER BY quote_id
      ON CONFLICT (quote_id) DO NOTHING
      RETURNING trip_id`,
    values: [JSON.stringify(trips.map(recordOf))],
  });
  return new Set(rows.map(({ trip_id }) => idFromUuid('trip', trip_id)));
}

function recordOf({ trip, eventHash }: NewTrip): Record<string, unknown> {
  return {
    trip_id: uuidOf('trip', trip.tripId),
    rider_id: uuidOf('rider', trip.riderId),
    quote_id: uuidOf('quote', trip.quoteId),
    product: trip.product,
    state: trip.state,
    seq: trip.seq,
    pickup_lat: trip.pickup.lat,
    pickup_lng: trip.pickup.lng,
    dropoff_lat: trip.dropoff.lat,
    dropoff_lng: trip.dropoff.lng,
    pickup_cell: cellToBigint(trip.pickupCell),
    fare_minor: trip.fareAmountMinor,
    currency: trip.fareCurrency,
    distance_m: trip.distanceM,
    distance_source: trip.distanceSource,
    trip_s: trip.tripS,
    street_s: trip.streetS,
    requested_at: timestampOf(trip.requestedAtMs),
    search_deadline_at: timestampOf(trip.searchDeadlineAtMs),
    event_hash: eventHash,
  };
}

/** A change, with the time until which only the committing process publishes it. */
export interface PostedChange {
  change: WrittenChange;
  outboxDueAtMs: number;
}

/** Writes changes. Events of one trip are written one after the other, since each hash depends on the one before. */
export async function writeChanges(transaction: Queryable, posted: readonly PostedChange[]): Promise<void> {
  for (const turn of inTurns(posted)) await writeTurn(transaction, turn);
}

/** Groups changes by turn: the first change of each trip, then the second ones, and so on. */
function inTurns(posted: readonly PostedChange[]): PostedChange[][] {
  const turns: PostedChange[][] = [];
  const taken = new Map<string, number>();
  for (const one of posted) {
    const { tripId } = one.change.trip;
    const turn = taken.get(tripId) ?? 0;
    taken.set(tripId, turn + 1);
    (turns[turn] ??= []).push(one);
  }
  return turns;
}

/**
 * Writes one change of each trip in one round trip: the trip's row, the event with its hash, the outbox entry, and what operators
 * should look at. The row of
 * a new trip stays as it was inserted: it has the event's number and hash already.
 *
 * Throws if a trip's row is not at the event before: then the caller did not hold its lock.
 */
async function writeTurn(transaction: Queryable, posted: readonly PostedChange[]): Promise<void> {
  const rows = await transaction.rows<{ trips: number }>({
    name: 'write-changes',
    text: `
      WITH change AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb) AS c (trip_id uuid, state text, seq integer,
          search_deadline_at timestamptz, offer jsonb, driver jsonb, excluded_driver_ids uuid[], pauses jsonb, swaps integer,
          accepted_at timestamptz, arrived_at timestamptz, started_at timestamptz, ended_at timestamptz, cancel_reason text, attention text,
          type text, at timestamptz, event_driver_id uuid, event jsonb, driver_status text, driver_version bigint,
          drivers jsonb, shard bigint, epoch bigint, facts_digest text, due_at timestamptz, attention_kind text,
          attention_data jsonb)
      ), written AS (
        UPDATE trip t SET state = c.state, seq = c.seq, search_deadline_at = c.search_deadline_at,
          offer = nullif(c.offer, 'null'), driver = nullif(c.driver, 'null'), excluded_driver_ids = c.excluded_driver_ids,
          pauses = c.pauses, swaps = c.swaps, accepted_at = c.accepted_at, arrived_at = c.arrived_at, started_at = c.started_at,
          ended_at = c.ended_at, cancel_reason = c.cancel_reason, attention = c.attention,
          event_hash = sha256(convert_to(coalesce(encode(t.event_hash, 'hex'), '') || c.facts_digest, 'UTF8'))
        FROM change c WHERE t.trip_id = c.trip_id AND t.seq = c.seq - 1 AND c.seq > 1
        RETURNING t.trip_id, t.event_hash
      ), noted AS (
        INSERT INTO trip_event (trip_id, seq, type, at, driver_id, event, driver_status, driver_version, drivers, shard,
          epoch, lsn, hash)
        SELECT trip_id, seq, type, at, event_driver_id, event, driver_status, driver_version, drivers, shard, epoch,
          CASE WHEN epoch IS NOT NULL THEN pg_current_wal_insert_lsn() END,
          coalesce(written.event_hash, sha256(convert_to(facts_digest, 'UTF8')))
        FROM change LEFT JOIN written USING (trip_id)
      ), attended AS (
        INSERT INTO attention (kind, at, subject, occasion, trip_id, driver_id, data)
        SELECT attention_kind, at, trip_id, seq, trip_id, event_driver_id, attention_data
        FROM change WHERE attention_kind IS NOT NULL
      ), posted AS (
        INSERT INTO outbox (trip_id, seq, due_at) SELECT trip_id, seq, due_at FROM change
      )
      SELECT count(*)::integer AS trips FROM written`,
    values: [JSON.stringify(posted.map(changeRecord))],
  });
  const expected = posted.filter(({ change }) => change.trip.seq > 1).length;
  if (rows[0]?.trips !== expected)
    throw new Error(`${rows[0]?.trips} of ${expected} trips were at the event before`);
}

function changeRecord({ change, outboxDueAtMs }: PostedChange): Record<string, unknown> {
  const { event, trip, drivers, authority } = change;
  const driverId = driverOfEvent(event);
  const attentionKind = attentionOf(event);
  const standing = standingIn(change);
  return {
    ...tripChanges(trip),
    type: event.type,
    at: timestampOf(event.atMs),
    event_driver_id: driverId === null ? null : uuidOf('driver', driverId),
    event,
    driver_status: standing?.status ?? null,
    driver_version: standing?.version ?? null,
    drivers,
    shard: authority === null ? null : cellToBigint(authority.shard),
    epoch: authority === null ? null : authority.epoch,
    facts_digest: factsDigest(factsOf(change), sha256Hex),
    due_at: timestampOf(outboxDueAtMs),
    ...(attentionKind !== null && { attention_kind: attentionKind, attention_data: attentionData(event) }),
  };
}

function attentionData(event: TripEvent): Record<string, unknown> {
  const flags = 'flags' in event && event.flags !== undefined ? { flags: event.flags } : {};
  return { ...eventData(event), ...flags };
}

/** The columns that an event can change, as a member of a `jsonb_to_recordset` list. */
function tripChanges(trip: Trip): Record<string, unknown> {
  const at = (ms: number | null): string | null => (ms === null ? null : timestampOf(ms));
  return {
    trip_id: uuidOf('trip', trip.tripId),
    state: trip.state,
    seq: trip.seq,
    search_deadline_at: timestampOf(trip.searchDeadlineAtMs),
    offer: trip.offer,
    driver: trip.driver,
    excluded_driver_ids: trip.excludedDriverIds.map((id) => uuidOf('driver', id)),
    pauses: trip.pauses,
    swaps: trip.swaps,
    accepted_at: at(trip.acceptedAtMs),
    arrived_at: at(trip.arrivedAtMs),
    started_at: at(trip.startedAtMs),
    ended_at: at(trip.endedAtMs),
    cancel_reason: trip.cancelReason,
    attention: trip.attention,
  };
}
