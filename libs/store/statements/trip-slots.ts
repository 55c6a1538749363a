import { idFromUuid, uuidOf, type QuoteId, type RiderId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** How many open trips a rider may have by default: a passenger rides in one car. */
export const DEFAULT_MAX_OPEN_TRIPS = 1;
/** The most open trips that can be configured: who books more at once is no passenger. */
export const MAX_OPEN_TRIPS = 100;

export interface SlotWish {
  readonly riderId: RiderId;
  readonly tripId: TripId;
  readonly quoteId: QuoteId;
  readonly maxOpenTrips: number;
}

/**
 * `used`: the quote has a trip already, which tells the caller more than a lack of slots. `full`: the rider has as many open
 * trips as allowed. `contended`: another transaction took the slot meanwhile.
 */
export type SlotOutcome = 'taken' | 'used' | 'full' | 'contended';

/**
 * Takes a free slot of the rider for each trip, in the order given. Waits for another transaction that takes the same slot;
 * what that one did is only seen by the next call. A rider who has more trips than allowed (the bound was lowered) gets none.
 * The trigger `trip_frees_slot` frees a slot when its trip ends.
 */
export async function takeSlots(
  transaction: Queryable,
  wishes: readonly SlotWish[],
): Promise<Map<TripId, SlotOutcome>> {
  const rows = await transaction.rows<{ trip_id: string; outcome: SlotOutcome }>({
    name: 'take-slots',
    text: `
      WITH wish AS (
        SELECT rider_id, trip_id, max_open, is_used, row_number() OVER (PARTITION BY rider_id, is_used ORDER BY place) AS n
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[]) WITH ORDINALITY
          AS w (rider_id, trip_id, quote_id, max_open, place)
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM trip WHERE trip.quote_id = w.quote_id) AS is_used) AS quote
      ), rider AS (
        SELECT rider_id, max(max_open) AS max_open,
          (SELECT count(*) FROM trip_slot WHERE trip_slot.rider_id = wish.rider_id) AS held
        FROM wish GROUP BY rider_id
      ), free AS (
        SELECT rider_id, slot, held, row_number() OVER (PARTITION BY rider_id ORDER BY slot) AS n
        FROM rider CROSS JOIN LATERAL generate_series(0, max_open - 1) AS place (slot)
        WHERE NOT EXISTS (SELECT FROM trip_slot AS t WHERE t.rider_id = rider.rider_id AND t.slot = place.slot)
      ), fit AS (
        SELECT rider_id, slot, trip_id FROM wish JOIN free USING (rider_id, n) WHERE NOT is_used AND held + n <= max_open
      ), taken AS (
        INSERT INTO trip_slot (rider_id, slot, trip_id) SELECT rider_id, slot, trip_id FROM fit ORDER BY rider_id, slot
        ON CONFLICT DO NOTHING
        RETURNING trip_id
      )
      SELECT trip_id, CASE WHEN taken.trip_id IS NOT NULL THEN 'taken' WHEN fit.trip_id IS NOT NULL THEN 'contended'
        WHEN is_used THEN 'used' ELSE 'full' END AS outcome
      FROM wish LEFT JOIN fit USING (trip_id) LEFT JOIN taken USING (trip_id)`,
    values: [
      wishes.map(({ riderId }) => uuidOf('rider', riderId)),
      wishes.map(({ tripId }) => uuidOf('trip', tripId)),
      wishes.map(({ quoteId }) => uuidOf('quote', quoteId)),
      wishes.map(({ maxOpenTrips }) => maxOpenTrips),
    ],
  });
  return new Map(rows.map(({ trip_id, outcome }) => [idFromUuid('trip', trip_id), outcome]));
}

/** Gives the slots of trips back that were not inserted. */
export async function giveSlotsBack(transaction: Queryable, tripIds: readonly TripId[]): Promise<void> {
  await transaction.rows({
    name: 'give-slots-back',
    text: 'DELETE FROM trip_slot WHERE trip_id = ANY ($1::uuid[])',
    values: [tripIds.map((id) => uuidOf('trip', id))],
  });
}

export interface SlotDisagreement {
  readonly tripId: TripId;
  /** `slot_missing`: an open trip without a slot. `slot_orphaned`: a slot whose trip is not open. */
  readonly fault: 'slot_missing' | 'slot_orphaned';
}

/** Open trips without a slot of their rider, and slots without an open trip; at most `limit`. */
export async function readSlotDisagreements(database: Queryable, limit: number): Promise<SlotDisagreement[]> {
  const rows = await database.rows<{ trip_id: string; fault: SlotDisagreement['fault'] }>({
    name: 'read-slot-disagreements',
    text: `
      SELECT trip_id, CASE WHEN slot IS NULL THEN 'slot_missing' ELSE 'slot_orphaned' END AS fault
      FROM (SELECT trip_id, rider_id FROM trip WHERE ended_at IS NULL) AS open FULL JOIN trip_slot USING (trip_id, rider_id)
      WHERE slot IS NULL OR open.trip_id IS NULL
      ORDER BY trip_id LIMIT $1`,
    values: [limit],
  });
  return rows.map(({ trip_id, fault }) => ({ tripId: idFromUuid('trip', trip_id), fault }));
}
