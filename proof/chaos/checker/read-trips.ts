import type { Client } from 'pg';
import { idFromUuid } from '#libs/contracts';
import type { AskPause, AssignedDriver, OpenOffer, TripState } from '#libs/trip';
import type { TripFact } from './facts.ts';

/** Times in milliseconds; ids are bare UUIDs, except inside `offer` and `driver`. */
interface TripRow {
  trip_id: string;
  rider_id: string;
  quote_id: string;
  product: string;
  state: TripState;
  seq: number;
  pickup_lat: number;
  pickup_lng: number;
  dropoff_lat: number;
  dropoff_lng: number;
  cell: string;
  fare_minor: string;
  currency: string;
  distance_m: number;
  distance_source: 'road' | 'air' | null;
  trip_s: number;
  street_s: number | null;
  requested_ms: string;
  deadline_ms: string;
  offer: OpenOffer | null;
  driver: AssignedDriver | null;
  excluded_driver_ids: string[];
  pauses: AskPause[];
  swaps: number;
  accepted_ms: string | null;
  arrived_ms: string | null;
  started_ms: string | null;
  ended_ms: string | null;
  cancel_reason: string | null;
  attention: 'stuck' | null;
}

/** Reads every trip row, independently of the code with which the services read it. */
export async function readTrips(client: Client): Promise<TripFact[]> {
  const { rows } = await client.query<TripRow>(`
    SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
      to_hex(pickup_cell) AS cell, fare_minor, currency, distance_m, trip_s, ${msOf('requested_at', 'requested_ms')},
      ${msOf('search_deadline_at', 'deadline_ms')}, offer, driver, excluded_driver_ids, pauses, swaps,
      ${msOf('accepted_at', 'accepted_ms')}, ${msOf('arrived_at', 'arrived_ms')},
      ${msOf('started_at', 'started_ms')}, ${msOf('ended_at', 'ended_ms')}, cancel_reason, attention,
      distance_source, street_s
    FROM any_trip`);
  return rows.map(tripFact);
}

function msOf(column: string, name: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::text AS ${name}`;
}

function tripFact(row: TripRow): TripFact {
  const trip = {
    tripId: idFromUuid('trip', row.trip_id),
    riderId: idFromUuid('rider', row.rider_id),
    quoteId: idFromUuid('quote', row.quote_id),
    product: row.product,
    state: row.state,
    seq: row.seq,
    pickup: { lat: row.pickup_lat, lng: row.pickup_lng },
    dropoff: { lat: row.dropoff_lat, lng: row.dropoff_lng },
    pickupCell: row.cell,
    fareAmountMinor: Number(row.fare_minor),
    fareCurrency: row.currency,
    distanceM: row.distance_m,
    distanceSource: row.distance_source,
    tripS: row.trip_s,
    streetS: row.street_s,
    requestedAtMs: Number(row.requested_ms),
    searchDeadlineAtMs: Number(row.deadline_ms),
    offer: row.offer,
    driver: row.driver,
    excludedDriverIds: row.excluded_driver_ids.map((uuid) => idFromUuid('driver', uuid)),
    pauses: row.pauses,
    swaps: row.swaps,
    acceptedAtMs: numberOrNull(row.accepted_ms),
    arrivedAtMs: numberOrNull(row.arrived_ms),
    startedAtMs: numberOrNull(row.started_ms),
    endedAtMs: numberOrNull(row.ended_ms),
    cancelReason: row.cancel_reason,
    attention: row.attention,
  };
  const { tripId, state, seq, pickupCell, searchDeadlineAtMs: searchDeadlineMs, quoteId, riderId } = trip;
  const [offeredTo, driverId] = [row.offer?.driverId ?? null, row.driver?.driverId ?? null];
  return {
    tripId,
    state,
    seq,
    pickupCell,
    searchDeadlineMs,
    offeredTo,
    driverId,
    quoteId,
    riderId,
    row: trip,
  };
}

function numberOrNull(value: string | null): number | null {
  return value === null ? null : Number(value);
}
