/** The same people, places and moments in all examples, so that they tell one story. */
const SUFFIX = '01k3q8v5mce9ts9wz2hbhvdz1q';

export const IDS = {
  trip: `trip_${SUFFIX}`,
  quote: `quote_${SUFFIX}`,
  offer: `offer_${SUFFIX}`,
  rider: `rider_${SUFFIX}`,
  driver: `driver_${SUFFIX}`,
  webhook: `webhook_${SUFFIX}`,
} as const;

export const ROSSIO = { lat: 38.7139, lng: -9.1394 };
export const ESTRELA = { lat: 38.7135, lng: -9.1567 };
export const FARE = { amount_minor: 640, currency: 'EUR' };
export const VEHICLE = { plate: 'AA-00-BB', make: 'Dacia', model: 'Logan', color: 'white' };
export const REQUESTED_AT = '2026-03-01T12:00:00.000Z';
export const ACCEPTED_AT = '2026-03-01T12:00:09.000Z';
export const ENDED_AT = '2026-03-01T12:02:00.000Z';
/** When what was made at the request ends. */
export const EXPIRES_AT = '2026-03-01T12:05:00.000Z';

const PLAN = {
  trip_id: IDS.trip,
  product: 'standard',
  state: 'processing',
  seq: 1,
  pickup: ROSSIO,
  dropoff: ESTRELA,
  fare: FARE,
  distance_m: 1_840,
  distance_source: 'road',
  trip_s: 420,
  requested_at: REQUESTED_AT,
  accepted_at: null,
  arrived_at: null,
  started_at: null,
  ended_at: null,
  cancel_reason: null,
} as const;

const ON_THE_WAY = { state: 'accepted', seq: 3, accepted_at: ACCEPTED_AT } as const;
const DRIVER = { driver_id: IDS.driver, vehicle: VEHICLE, pickup_eta_s: 150 };

export const RIDER_TRIP = {
  ...PLAN,
  quote_id: IDS.quote,
  search_deadline_at: EXPIRES_AT,
  driver: null,
};
export const RIDER_TRIP_ON_THE_WAY = { ...RIDER_TRIP, ...ON_THE_WAY, driver: DRIVER };
export const DRIVER_TRIP = { ...PLAN, ...ON_THE_WAY };

export const TRIP_RECORD = {
  ...RIDER_TRIP,
  rider_id: IDS.rider,
  pickup_cell: '89393362a4fffff',
  street_s: 400,
  offer: null,
  excluded_driver_ids: [],
  pauses: [],
  swaps: 0,
  attention: null,
};
export const TRIP_RECORD_ON_THE_WAY = { ...TRIP_RECORD, ...ON_THE_WAY, driver: DRIVER };

export const STREAM_TICKET = {
  ticket: 'cmlkZXItYXBpLTE.3q2-7wAAAAA',
  expires_at: '2026-03-01T12:00:30.000Z',
};
