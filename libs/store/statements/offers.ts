import { idFromUuid, uuidOf, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface OfferedTo {
  offerId: OfferId;
  driverId: string;
}

interface FoundRow extends Record<string, unknown> {
  offer_id: string;
  trip_id: string;
}

/**
 * Finds the trips of open and closed offers to these drivers, by offer. An open offer, the usual case, is a claim. Only
 * closed offers need a search through the events, partition by partition.
 */
export async function findOffers(
  database: Queryable,
  offers: readonly OfferedTo[],
): Promise<Map<OfferId, TripId>> {
  const open = byOffer(
    await database.rows<FoundRow>({
      name: 'find-open-offers',
      text: `
        SELECT offer_id, trip_id
        FROM driver_claim JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (offer_id, driver_id)
          USING (offer_id, driver_id)`,
      values: [
        offers.map(({ offerId }) => uuidOf('offer', offerId)),
        offers.map(({ driverId }) => uuidOf('driver', driverId)),
      ],
    }),
  );
  const others = offers.filter(({ offerId }) => !open.has(offerId));
  if (others.length === 0) return open;
  return new Map([...open, ...(await findClosedOffers(database, others))]);
}

async function findClosedOffers(
  database: Queryable,
  offers: readonly OfferedTo[],
): Promise<Map<OfferId, TripId>> {
  const rows = await database.rows<FoundRow>({
    name: 'find-closed-offers',
    text: `
      SELECT wanted.offer_id, found.trip_id
      FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (offer_id, driver_id, name) CROSS JOIN LATERAL (
        SELECT trip_id FROM trip_event
        WHERE driver_id = wanted.driver_id AND type = 'offer_made' AND event -> 'offer' ->> 'offerId' = wanted.name
        ORDER BY trip_id DESC LIMIT 1) AS found`,
    values: [
      offers.map(({ offerId }) => uuidOf('offer', offerId)),
      offers.map(({ driverId }) => uuidOf('driver', driverId)),
      offers.map(({ offerId }) => offerId),
    ],
  });
  return byOffer(rows);
}

function byOffer(rows: readonly FoundRow[]): Map<OfferId, TripId> {
  return new Map(
    rows.map(({ offer_id, trip_id }) => [idFromUuid('offer', offer_id), idFromUuid('trip', trip_id)]),
  );
}

/** An open offer whose time is over. */
export interface DueOffer {
  tripId: TripId;
  offerId: OfferId;
  /** Whether the driver's phone has acknowledged it. */
  delivered: boolean;
}

/**
 * Finds offers that have expired, or that no phone acknowledged in time, oldest first. Locks nothing: an offer that is
 * acknowledged just now is withdrawn all the same, and its driver hears so.
 */
export async function dueOffers(database: Queryable, atMs: number, limit: number): Promise<DueOffer[]> {
  const rows = await database.rows<{ trip_id: string; offer_id: string; delivered: boolean }>({
    name: 'due-offers',
    text: `
      SELECT trip_id, offer_id, deliver_by IS NULL AS delivered FROM driver_claim
      WHERE kind = 'offer' AND (expires_at <= $1 OR deliver_by <= $1) ORDER BY expires_at LIMIT $2`,
    values: [timestampOf(atMs), limit],
  });
  return rows.map((row) => ({
    tripId: idFromUuid('trip', row.trip_id),
    offerId: idFromUuid('offer', row.offer_id),
    delivered: row.delivered,
  }));
}

/** Notes that the driver's phone has an offer. Returns whether the offer is open. */
export async function markDelivered(database: Queryable, { offerId, driverId }: OfferedTo): Promise<boolean> {
  const rows = await database.rows({
    name: 'mark-delivered',
    text: `
      UPDATE driver_claim SET deliver_by = NULL
      WHERE offer_id = $1 AND driver_id = $2 AND kind = 'offer' RETURNING offer_id`,
    values: [uuidOf('offer', offerId), uuidOf('driver', driverId)],
  });
  return rows.length > 0;
}

/** Sets by when the driver's phone must have an open offer that it has not acknowledged. Returns whether there is one. */
export async function extendDelivery(
  database: Queryable,
  { offerId, driverId }: OfferedTo,
  deliverByMs: number,
): Promise<boolean> {
  const rows = await database.rows({
    name: 'extend-delivery',
    text: `
      UPDATE driver_claim SET deliver_by = $3
      WHERE offer_id = $1 AND driver_id = $2 AND kind = 'offer' AND deliver_by IS NOT NULL RETURNING offer_id`,
    values: [uuidOf('offer', offerId), uuidOf('driver', driverId), timestampOf(deliverByMs)],
  });
  return rows.length > 0;
}

/** The trip of an open offer that the driver's phone has not acknowledged; undefined if there is no such offer. */
export async function findUndelivered(
  database: Queryable,
  { offerId, driverId }: OfferedTo,
): Promise<TripId | undefined> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'find-undelivered',
    text: `
      SELECT trip_id FROM driver_claim
      WHERE offer_id = $1 AND driver_id = $2 AND kind = 'offer' AND deliver_by IS NOT NULL`,
    values: [uuidOf('offer', offerId), uuidOf('driver', driverId)],
  });
  return rows.map(({ trip_id }) => idFromUuid('trip', trip_id))[0];
}
