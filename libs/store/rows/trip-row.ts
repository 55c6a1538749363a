import type {
  DistanceSource,
  AskPause,
  OpenOffer,
  AssignedDriver,
  Trip,
  TripAttention,
  TripState,
} from '#libs/trip';
import { idFromUuid } from '#libs/contracts';

/** Columns that every statement selects from `trip`, `trip_history` or `any_trip`. */
export const TRIP_COLUMNS = `
  trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
  to_hex(pickup_cell) AS pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at,
  offer, driver, excluded_driver_ids, pauses, swaps, accepted_at, arrived_at, started_at, ended_at, cancel_reason,
  attention, distance_source, street_s`;

/** All columns of `trip` and `trip_history`. */
export const HISTORY_COLUMNS = `
  trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
  fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, offer, driver, excluded_driver_ids,
  accepted_at, arrived_at, started_at, ended_at, cancel_reason, swaps, event_hash, pauses, attention,
  distance_source, street_s`;

/** A row of `trip`: times in milliseconds, ids as UUIDs (those inside `offer` and `driver` are TypeIDs). */
export interface TripRow {
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
  pickup_cell: string;
  fare_minor: number;
  currency: string;
  distance_m: number;
  distance_source: DistanceSource | null;
  trip_s: number;
  street_s: number | null;
  requested_at: number;
  search_deadline_at: number;
  offer: OpenOffer | null;
  driver: AssignedDriver | null;
  excluded_driver_ids: string[];
  pauses: AskPause[];
  swaps: number;
  accepted_at: number | null;
  arrived_at: number | null;
  started_at: number | null;
  ended_at: number | null;
  cancel_reason: string | null;
  attention: TripAttention | null;
}

export function tripFromRow(row: TripRow): Trip {
  return {
    tripId: idFromUuid('trip', row.trip_id),
    riderId: idFromUuid('rider', row.rider_id),
    quoteId: idFromUuid('quote', row.quote_id),
    product: row.product,
    state: row.state,
    seq: row.seq,
    pickup: { lat: row.pickup_lat, lng: row.pickup_lng },
    dropoff: { lat: row.dropoff_lat, lng: row.dropoff_lng },
    pickupCell: row.pickup_cell,
    fareAmountMinor: row.fare_minor,
    fareCurrency: row.currency,
    distanceM: row.distance_m,
    distanceSource: row.distance_source,
    tripS: row.trip_s,
    streetS: row.street_s,
    requestedAtMs: row.requested_at,
    searchDeadlineAtMs: row.search_deadline_at,
    offer: row.offer,
    driver: row.driver,
    excludedDriverIds: row.excluded_driver_ids.map((uuid) => idFromUuid('driver', uuid)),
    pauses: row.pauses,
    swaps: row.swaps,
    acceptedAtMs: row.accepted_at,
    arrivedAtMs: row.arrived_at,
    startedAtMs: row.started_at,
    endedAtMs: row.ended_at,
    cancelReason: row.cancel_reason,
    attention: row.attention,
  };
}
