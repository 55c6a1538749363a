import { expect, test } from 'vitest';
import { greatCircleM } from '#libs/geo';
import {
  decide,
  hasDriver,
  TRIP_STATES,
  TRIP_TRANSITIONS,
  type DriverId,
  type OpenOffer,
  type Trip,
  type TripCommand,
  type TripDecision,
  type TripState,
  type TripCommandType,
} from './index.ts';

const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const DRIVERS = ['driver_a', 'driver_b', 'driver_c'] as const;
/** No replaced driver, or a driver on its way. */
const REPLACED = [null, 'driver_a'] as const;
const EXPIRES_AT_MS = 1_000;
const DEADLINE_AT_MS = 2_000;
/** Before, between and after the two deadlines. */
const TIMES_MS = [500, 1_500, 2_500];
/** Shorter than three estimated rides, so that these decide during the ride. */
const SILENCE_LIMITS = { acceptedMs: 1_000, arrivedMs: 1_000, stuckMs: 1_000, lostContactMs: 2_000 };
/** Before {@link TIMES_MS}: within every limit, after three rides, and after the trip is failed. */
const SILENT_FOR_MS = [0, 1_200_500, 1_300_000];

const PLACES = { pickup: { lat: 38.71, lng: -9.14 }, dropoff: { lat: 38.72, lng: -9.13 } };
/** Before every silence. */
const STARTED_AT_MS = -1_400_000;
const RULES = {
  maxAgeMs: 30_000,
  arrivalRadiusM: 150,
  startRadiusM: 500,
  dropoffRadiusM: 500,
  // The ride may be over between the first and the last of the times.
  maxRideSpeedMps: greatCircleM(PLACES.pickup, PLACES.dropoff) / ((1_500 - STARTED_AT_MS) / 1_000),
};
/** No sighting, no position, an old one, and positions at both ends. */
const SIGHTINGS = [
  {},
  { sighting: { evidence: null, rules: RULES } },
  { sighting: { evidence: { point: PLACES.pickup, recordedAtMs: 0, ageMs: 30_001 }, rules: RULES } },
  ...Object.values(PLACES).map((point) => ({
    sighting: { evidence: { point, recordedAtMs: 0, ageMs: 30_000 }, rules: RULES },
  })),
];

const ACT = { operatorId: 'operator_1', reasonCode: 'breakdown', note: 'called in' } as const;

const PROCESSING: Trip = {
  tripId: 'trip_1',
  riderId: 'rider_1',
  quoteId: 'quote_1',
  product: 'standard',
  ...PLACES,
  pickupCell: '89393362b83ffff',
  fareAmountMinor: 700,
  fareCurrency: 'EUR',
  distanceM: 2_000,
  distanceSource: 'road',
  tripS: 400,
  streetS: 380,
  requestedAtMs: 0,
  searchDeadlineAtMs: DEADLINE_AT_MS,
  state: 'processing',
  seq: 1,
  offer: null,
  driver: null,
  excludedDriverIds: ['driver_c'],
  pauses: [],
  swaps: 0,
  acceptedAtMs: null,
  arrivedAtMs: null,
  startedAtMs: null,
  endedAtMs: null,
  cancelReason: null,
  attention: null,
};

function offerTo(driverId: DriverId, replacesDriverId: DriverId | null): OpenOffer {
  return {
    offerId: 'offer_1',
    driverId,
    expiresAtMs: EXPIRES_AT_MS,
    pickupEtaS: 60,
    pickupDistanceM: 300,
    ...(replacesDriverId !== null && { replacesDriverId }),
  };
}

/** All variants of a trip in a state: with and without an offer, and with a driver if the state has one. */
function tripsIn(state: TripState): Trip[] {
  const driver = { driverId: 'driver_a', vehicle: VEHICLE, pickupEtaS: 60 } as const;
  const driverless = { ...PROCESSING, state };
  const driven = { ...driverless, driver, startedAtMs: state === 'in_progress' ? STARTED_AT_MS : null };
  if (state === 'processing') return [driverless, { ...driverless, offer: offerTo('driver_b', null) }];
  if (state === 'accepted') return [driven, { ...driven, offer: offerTo('driver_b', 'driver_a') }];
  if (state === 'in_progress') return [driven, { ...driven, attention: 'stuck' }];
  if (hasDriver(state) || state === 'completed') return [driven];
  return state === 'scheduled' || state === 'no_drivers_available' ? [driverless] : [driverless, driven];
}

function commandsOf(type: TripCommand['type']): TripCommand[] {
  switch (type) {
    case 'offer':
      return DRIVERS.flatMap((driverId) =>
        REPLACED.map((replaces): TripCommand => ({ type, offer: offerTo(driverId, replaces) })),
      );
    case 'reassign':
      return DRIVERS.flatMap((driverId) =>
        REPLACED.map((replacesDriverId): TripCommand => ({
          type,
          driver: { driverId, vehicle: VEHICLE, pickupEtaS: 40 },
          replacesDriverId,
        })),
      );
    case 'accept':
      return DRIVERS.map((driverId) => ({ type, offerId: 'offer_1', driverId, vehicle: VEHICLE }));
    case 'decline':
      return DRIVERS.map((driverId) => ({ type, offerId: 'offer_1', driverId, pauseMs: null }));
    case 'expire_offer':
    case 'undelivered':
      return (['offer_1', 'offer_2'] as const).map((offerId) => ({ type, offerId }));
    case 'arrive':
    case 'start':
    case 'complete':
      return DRIVERS.flatMap((driverId) => SIGHTINGS.map((sighting) => ({ type, driverId, ...sighting })));
    case 'driver_cancel':
      return DRIVERS.map((driverId) => ({ type, driverId, reason: null, searchMs: 1_000 }));
    case 'rider_cancel':
      return [{ type, reason: null }];
    case 'give_up':
      return [{ type }];
    case 'silence':
      return DRIVERS.flatMap((driverId) =>
        SILENT_FOR_MS.map((ms): TripCommand => ({
          type,
          driverId,
          silentSinceMs: -ms,
          limits: SILENCE_LIMITS,
          searchMs: 1_000,
        })),
      );
    case 'driver_heard':
      return DRIVERS.map((driverId) => ({ type, driverId }));
    case 'operator_cancel':
    case 'operator_complete':
    case 'operator_fail':
      return [{ type, by: ACT }];
    case 'operator_redispatch':
      return [{ type, by: ACT, searchMs: 1_000 }];
    case 'operator_assign':
      return DRIVERS.flatMap((driverId) =>
        [false, true].map((force): TripCommand => ({
          type,
          by: ACT,
          driver: { driverId, vehicle: VEHICLE, pickupEtaS: 40 },
          force,
        })),
      );
    case 'operator_offer':
      return DRIVERS.map((driverId) => ({ type, by: ACT, offer: offerTo(driverId, null) }));
    case 'operator_withdraw':
      return (['offer_1', 'offer_2'] as const).map((offerId) => ({ type, by: ACT, offerId }));
  }
}

function outcomeOf(decision: TripDecision): string {
  switch (decision.outcome) {
    case 'changed':
      return decision.events.map(({ type }) => type).join(' + ');
    case 'unchanged':
      return 'unchanged';
    case 'refused':
      return `refused: ${decision.refusal}`;
  }
}

const CELLS = TRIP_STATES.flatMap((state) =>
  Object.entries(TRIP_TRANSITIONS[state]).map(([type, outcomes]) => ({
    state,
    type: type as TripCommandType,
    outcomes,
  })),
);

test.each(CELLS)(
  '$type of a trip in $state has exactly the outcomes of the table',
  ({ state, type, outcomes }) => {
    const seen = tripsIn(state).flatMap((trip) =>
      commandsOf(type).flatMap((command) => TIMES_MS.map((nowMs) => outcomeOf(decide(trip, command, nowMs)))),
    );
    expect(new Set(seen)).toEqual(new Set(outcomes));
  },
);
