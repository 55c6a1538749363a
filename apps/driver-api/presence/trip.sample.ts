import {
  newId,
  type DriverRecord,
  type DriverStanding,
  type DriverStatus,
  type TripChange,
  type TripEventMessage,
  type TripRecord,
} from '#libs/contracts';

/** One driver and one trip in each of its stages, for the tests of this folder. */
export const DRIVER = newId('driver');
export const OTHER_DRIVER = newId('driver');
export const TRIP = newId('trip');
export const OFFER = newId('offer');

const VEHICLE = { plate: 'AA-00-BB', make: 'Dacia', model: 'Logan', color: 'white' };
const AT = '2026-03-01T10:00:00.000Z';

type Stage =
  'processing' | 'offered' | 'accepted' | 'arrived' | 'in_progress' | 'completed' | 'rider_canceled';

const REQUESTED: TripRecord = {
  trip_id: TRIP,
  rider_id: newId('rider'),
  quote_id: newId('quote'),
  product: 'standard',
  state: 'processing',
  seq: 1,
  pickup: { lat: 38.71, lng: -9.14 },
  dropoff: { lat: 38.73, lng: -9.15 },
  pickup_cell: '89393362c97ffff',
  fare: { amount_minor: 900, currency: 'EUR' },
  distance_m: 3_000,
  trip_s: 600,
  requested_at: AT,
  search_deadline_at: AT,
  offer: null,
  driver: null,
  excluded_driver_ids: [],
  swaps: 0,
  accepted_at: null,
  arrived_at: null,
  started_at: null,
  ended_at: null,
  cancel_reason: null,
};

const OFFERED: TripRecord = {
  ...REQUESTED,
  seq: 2,
  offer: {
    offer_id: OFFER,
    driver_id: DRIVER,
    expires_at: AT,
    pickup_eta_s: 90,
    pickup_distance_m: 500,
    replaces_driver_id: null,
  },
};
const ACCEPTED: TripRecord = {
  ...REQUESTED,
  seq: 3,
  state: 'accepted',
  driver: { driver_id: DRIVER, vehicle: VEHICLE, pickup_eta_s: 90 },
  accepted_at: AT,
};
const ARRIVED: TripRecord = { ...ACCEPTED, seq: 4, state: 'arrived', arrived_at: AT };
const STARTED: TripRecord = { ...ARRIVED, seq: 5, state: 'in_progress', started_at: AT };

const STAGES: Readonly<Record<Stage, TripRecord>> = {
  processing: { ...REQUESTED, seq: 3, excluded_driver_ids: [DRIVER] },
  offered: OFFERED,
  accepted: ACCEPTED,
  arrived: ARRIVED,
  in_progress: STARTED,
  completed: { ...STARTED, seq: 6, state: 'completed', ended_at: AT },
  rider_canceled: {
    ...REQUESTED,
    seq: 3,
    state: 'rider_canceled',
    ended_at: AT,
    cancel_reason: 'changed plans',
  },
};

const STAGE_AFTER: Partial<Record<TripEventMessage['type'], Stage>> = {
  offer_made: 'offered',
  offer_declined: 'processing',
  offer_expired: 'processing',
  accepted: 'accepted',
  driver_redispatched: 'processing',
  arrived: 'arrived',
  started: 'in_progress',
  completed: 'completed',
  rider_canceled: 'rider_canceled',
};

export function tripOf(stage: Stage): TripRecord {
  return STAGES[stage];
}

export function recordOf(part: Partial<DriverRecord>): DriverRecord {
  return {
    driver_id: DRIVER,
    session: 2,
    online: true,
    product: 'standard',
    vehicle: VEHICLE,
    status: 'free',
    driver_version: 1,
    trip: null,
    next_trip: null,
    ...part,
  };
}

/** The change by which this driver's trip comes into the stage after the event. */
export function changeOf(
  type: TripEventMessage['type'],
  status: DriverStatus | null = null,
  version: number | null = null,
  trip: TripRecord = tripOf(STAGE_AFTER[type] ?? 'processing'),
): TripChange {
  const about = { driver_id: DRIVER, freed_driver_id: null };
  const event = { trip_id: trip.trip_id, seq: trip.seq, type, at: AT, ...about, data: {} };
  if (status === null || version === null) return { event, trip, drivers: [] };
  return { event, trip, drivers: [standingOf(status, version, trip)] };
}

/** A driver who has nothing but what its status says. */
function standingOf(status: DriverStatus, version: number, trip: TripRecord): DriverStanding {
  const { trip_id } = trip;
  return {
    driver_id: DRIVER,
    status,
    version,
    trip_id: status === 'on_trip' ? trip_id : null,
    next_trip_id: null,
    offer: status === 'offered' ? { offer_id: OFFER, trip_id } : null,
  };
}
