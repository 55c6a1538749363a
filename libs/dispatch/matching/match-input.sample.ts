import * as fc from 'fast-check';
import type { Point } from '#libs/geo';
import type { TripId } from '../open-trip.ts';
import type { DriverId } from '../supply-event.ts';
import { DEFAULT_MATCH_PARAMS, type MatchInput, type MatchTrip, type PairEtas } from './match-input.ts';

/** Metres a second of all drivers in tests; the city is a square, and everybody drives along its axes. */
const SPEED_MPS = 8;
const DEGREE_M = 111_000;

/** Everybody drives straight along streets that run north and east. */
export const axisEtas: PairEtas = ({ pickups, origins, rowStarts, columns }) =>
  Float64Array.from(columns, (column, pair) => {
    const row = rowStarts.findLastIndex((start) => start <= pair);
    return axisS(origins[column] as Point, pickups[row] as Point);
  });

export function axisS(from: Point, to: Point): number {
  return ((Math.abs(from.lat - to.lat) + Math.abs(from.lng - to.lng)) * DEGREE_M) / SPEED_MPS;
}

const place = fc.record({
  lat: fc.integer({ min: 0, max: 40 }).map((step) => 38.7 + step * 0.001),
  lng: fc.integer({ min: 0, max: 40 }).map((step) => -9.1 + step * 0.001),
});

interface Sampled {
  readonly place: Point;
  readonly availableInS: number;
  readonly product: string;
}

const sampledDriver: fc.Arbitrary<Sampled> = fc.record({
  place,
  availableInS: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120 })),
  product: fc.constantFrom('standard', 'standard', 'standard', 'xl'),
});

const sampledTrip = fc.record({
  place,
  rideS: fc.integer({ min: 60, max: 1_500 }),
  waitedS: fc.integer({ min: 0, max: 250 }),
  product: fc.constantFrom('standard', 'standard', 'xl'),
  holder: fc.nat(30),
  swaps: fc.nat(4),
  excluded: fc.array(fc.nat(30), { maxLength: 3 }),
});

const NOW_MS = 1_000_000;

/** Rounds of a small city: some trips have a driver, some wait. */
export const matchInput: fc.Arbitrary<MatchInput> = fc
  .record({
    drivers: fc.array(sampledDriver, { minLength: 1, maxLength: 14 }),
    trips: fc.array(sampledTrip, { minLength: 1, maxLength: 14 }),
    price: fc.constantFrom(0, 0.5, 1.5),
  })
  .map(({ drivers, trips, price }): MatchInput => {
    const ids = drivers.map((_, number): DriverId => `driver_${number}`);
    const held = new Set<DriverId>();
    return {
      drivers: {
        ids,
        products: drivers.map(({ product }) => product),
        points: drivers.map(({ place: point }) => point),
        availableInS: Float64Array.from(drivers, ({ availableInS }) => availableInS),
      },
      trips: trips.map((trip, number): MatchTrip => {
        const holder = ids[trip.holder];
        const isHeld =
          holder !== undefined && !held.has(holder) && drivers[trip.holder]?.product === trip.product;
        if (isHeld) held.add(holder);
        return {
          tripId: `trip_${number}` as TripId,
          product: trip.product,
          pickup: trip.place,
          rideS: trip.rideS,
          requestedAtMs: NOW_MS - trip.waitedS * 1_000,
          excludedDriverIds: trip.excluded.flatMap((driver) =>
            driver === trip.holder ? [] : (ids[driver] ?? []),
          ),
          driverId: isHeld ? holder : undefined,
          swaps: trip.swaps,
        };
      }),
      nowMs: NOW_MS,
      etas: axisEtas,
      driverTimePrice: price,
      approachMps: SPEED_MPS,
      pickupMargin: 1,
      params: { ...DEFAULT_MATCH_PARAMS, maxWaitS: 300, maxSwapsPerTrip: 3 },
    };
  });
