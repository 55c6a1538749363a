import { etaTableByPickup, greatCircleEta, greatCircleM, positionCellOf, type Point } from '#libs/geo';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenDemand } from './open-demand.ts';
import type { OpenTrip, TripId } from './open-trip.ts';
import { collectCandidates, etaQuestions } from './round-candidates.ts';
import { DEFAULT_ROUND_PARAMS, type RoundParams } from './round-params.ts';
import { decideRound, retryRound, runRound, type RoundWithEtas } from './round.ts';
import type { DriverId, DriverStatus } from './supply-event.ts';
import { SupplyIndex } from './supply-index.ts';

const CENTER: Point = { lat: 38.72, lng: -9.14 };
const SPEED_MPS = 7;
const etas = greatCircleEta({ speedMps: SPEED_MPS });
const NOW_MS = 100_000;

interface Driver {
  readonly driverId: DriverId;
  readonly at: Point;
  readonly product: string;
  readonly status: DriverStatus;
}

function supplyOf(drivers: readonly Driver[]): SupplyIndex {
  const supply = new SupplyIndex({ capacity: 200 });
  for (const { driverId, at, product, status } of drivers) {
    const positionCell = positionCellOf(at);
    supply.applyPosition({ driverId, session: 1, seq: 1, ...at, positionCell, product, reportedAtMs: 1000 });
    supply.applyStatus({ driverId, status, statusVersion: 1, freeAtMs: 0 });
  }
  return supply;
}

function driver(name: string, eastM = 0, change: Partial<Driver> = {}): Driver {
  return { driverId: `driver_${name}`, at: eastOf(eastM), product: 'standard', status: 'free', ...change };
}

function trip(name: string, eastM = 0, change: Partial<OpenTrip> = {}): OpenTrip {
  return {
    tripId: `trip_${name}`,
    shard: '86393361fffffff',
    product: 'standard',
    pickup: eastOf(eastM),
    requestedAtMs: NOW_MS - 1000,
    searchDeadlineAtMs: NOW_MS + 300_000,
    excludedDriverIds: [],
    offered: false,
    version: 1,
    ...change,
  };
}

function eastOf(meters: number): Point {
  return { lat: CENTER.lat, lng: CENTER.lng + meters / 86_800 };
}

function round(
  demand: Iterable<OpenTrip>,
  drivers: readonly Driver[],
  params: Partial<RoundParams> = {},
): RoundWithEtas {
  return {
    demand,
    supply: supplyOf(drivers),
    nowMs: NOW_MS,
    params: { ...DEFAULT_ROUND_PARAMS, ...params },
    etas,
  };
}

function pairs({
  offers,
}: {
  readonly offers: readonly { tripId: TripId; driverId: DriverId }[];
}): Record<TripId, DriverId> {
  return Object.fromEntries(offers.map(({ tripId, driverId }) => [tripId, driverId]));
}

const place = fc
  .tuple(fc.double({ min: -0.03, max: 0.03, noNaN: true }), fc.double({ min: -0.03, max: 0.03, noNaN: true }))
  .map(([north, east]) => ({ lat: CENTER.lat + north, lng: CENTER.lng + east }));
const product = fc.constantFrom('standard', 'standard', 'xl');
const driverNames = Array.from({ length: 60 }, (_, n): DriverId => `driver_${n}`);

const someDrivers: fc.Arbitrary<Driver[]> = fc.uniqueArray(
  fc.record({
    driverId: fc.constantFrom(...driverNames),
    at: place,
    product,
    status: fc.constantFrom<DriverStatus>('free', 'free', 'free', 'offered', 'on_trip', 'offline'),
  }),
  { selector: (each) => each.driverId, maxLength: 60, size: 'max' },
);
const someTrips: fc.Arbitrary<OpenTrip[]> = fc.uniqueArray(
  fc.record({
    tripId: fc.nat({ max: 60 }).map((n): TripId => `trip_${n}`),
    shard: fc.constantFrom('86393361fffffff', '86393362fffffff'),
    product,
    pickup: place,
    requestedAtMs: fc.integer({ min: 0, max: NOW_MS }),
    searchDeadlineAtMs: fc.constantFrom(NOW_MS, NOW_MS + 1000, NOW_MS + 200_000),
    excludedDriverIds: fc.array(fc.constantFrom(...driverNames), { maxLength: 20 }),
    offered: fc.constantFrom(false, false, false, true),
    version: fc.constant(1),
  }),
  { selector: (each) => each.tripId, maxLength: 40, size: 'max' },
);
const someParams: fc.Arbitrary<RoundParams> = fc.record({
  candidatesPerTrip: fc.integer({ min: 1, max: 8 }),
  pickupRadiusM: fc.integer({ min: 200, max: 6000 }),
  maxPickupEtaS: fc.integer({ min: 60, max: 900 }),
  skipPenaltyS: fc.constantFrom(900, 3600),
  maxTrips: fc.constantFrom(3, 2000),
});

describe('runRound', () => {
  it('keeps every rule of an offer, whatever the demand and supply', () => {
    const unavailable = fc.uniqueArray(fc.constantFrom(...driverNames), { maxLength: 10 });
    fc.assert(
      fc.property(someTrips, someDrivers, someParams, unavailable, (trips, drivers, params, barred) => {
        const supply = supplyOf(drivers);
        const result = runRound({
          demand: trips,
          supply,
          nowMs: NOW_MS,
          params,
          etas,
          unavailable: new Set(barred),
        });
        const { offers, skipped, explanations } = result;
        expect(new Set(offers.map(({ driverId }) => driverId)).size).toBe(offers.length);
        const answered = [...offers, ...skipped].map(({ tripId }) => tripId);
        expect(answered.sort()).toEqual(
          trips
            .filter((each) => !each.offered)
            .map((each) => each.tripId)
            .sort(),
        );
        for (const offer of offers) {
          const wanted = trips.find((each) => each.tripId === offer.tripId)!;
          const given = drivers.find((each) => each.driverId === offer.driverId)!;
          const distanceM = greatCircleM(given.at, wanted.pickup);
          expect(given).toMatchObject({ status: 'free', product: wanted.product });
          expect([...wanted.excludedDriverIds, ...barred]).not.toContain(offer.driverId);
          expect(wanted.searchDeadlineAtMs).toBeGreaterThan(NOW_MS);
          expect(offer.shard).toBe(wanted.shard);
          expect(offer.pickupDistanceM).toBeCloseTo(distanceM, 3);
          expect(distanceM).toBeLessThanOrEqual(params.pickupRadiusM + 1e-6);
          expect(offer.pickupEtaS).toBeCloseTo((distanceM * 1.3) / SPEED_MPS, 3);
          expect(offer.pickupEtaS).toBeLessThanOrEqual(params.maxPickupEtaS);
        }
        for (const { tripId, outcome, candidates } of explanations) {
          const chosen = candidates
            .filter(({ reason }) => reason === 'offered')
            .map(({ driverId }) => driverId);
          expect(chosen).toEqual(
            offers.filter((offer) => offer.tripId === tripId).map(({ driverId }) => driverId),
          );
          expect(outcome).toBe(skipped.find((each) => each.tripId === tripId)?.reason ?? 'offered');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('decides the same whatever order trips and drivers became known in', () => {
    fc.assert(
      fc.property(someTrips, someDrivers, someParams, (trips, drivers, params) => {
        const decide = (demandOrder: readonly OpenTrip[], supplyOrder: readonly Driver[]) => {
          const demand = new OpenDemand();
          for (const each of demandOrder) demand.upsert(each);
          return runRound({ demand, supply: supplyOf(supplyOrder), nowMs: NOW_MS, params, etas });
        };
        expect(decide(trips.toReversed(), drivers.toReversed())).toEqual(decide(trips, drivers));
      }),
      { numRuns: 100 },
    );
  });

  it('leaves no free driver idle whom a trip that was left out could have had', () => {
    fc.assert(
      fc.property(someTrips, someDrivers, (trips, drivers) => {
        const { explanations } = runRound(round(trips, drivers));
        for (const { outcome, candidates } of explanations) {
          if (outcome === 'offered') continue;
          expect(candidates.map(({ reason }) => reason)).not.toContain('other_driver_chosen');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('serves two riders rather than the nearer one well', () => {
    // Greedy gives driver near to rider a (100 m) and leaves rider b, who only has that one in reach, without.
    const input = round([trip('a', 0), trip('b', 900)], [driver('near', 100), driver('far', -800)], {
      pickupRadiusM: 850,
    });
    expect(pairs(runRound(input))).toEqual({ trip_a: 'driver_far', trip_b: 'driver_near' });
  });

  it('lets a long wait outweigh a shorter way, but not a much shorter one', () => {
    const waitingTrip = trip('old', 0, { requestedAtMs: NOW_MS - 60_000 });
    // 60 s of waiting are worth 60 s * 7 m/s / 1.3 = 323 m by air.
    const slightlyNearer = trip('new', 700, { requestedAtMs: NOW_MS });
    expect(pairs(runRound(round([waitingTrip, slightlyNearer], [driver('one', 500)])))).toEqual({
      trip_old: 'driver_one',
    });
    expect(pairs(runRound(round([waitingTrip, slightlyNearer], [driver('one', 600)])))).toEqual({
      trip_new: 'driver_one',
    });
  });

  it('says why a trip got nobody', () => {
    const excluded = trip('declined', 0, { excludedDriverIds: ['driver_one'] });
    const late = trip('late', 0, { searchDeadlineAtMs: NOW_MS });
    const demand = [
      excluded,
      late,
      trip('far', 3000),
      trip('out', 30_000),
      trip('first', 10, { requestedAtMs: 0 }),
      trip('second', 0),
    ];
    const input = round(demand, [driver('one')], { maxPickupEtaS: 300, skipPenaltyS: 300 });
    const { skipped, offers } = runRound(input);
    expect(offers.map(({ tripId }) => tripId)).toEqual(['trip_first']);
    expect(Object.fromEntries(skipped.map(({ tripId, reason }) => [tripId, reason]))).toEqual({
      trip_declined: 'no_driver_in_radius',
      trip_late: 'search_deadline_passed',
      trip_far: 'pickup_too_far',
      trip_out: 'no_driver_in_radius',
      trip_second: 'outbid',
    });
  });

  it('explains each candidate', () => {
    const demand = [trip('a', 0, { excludedDriverIds: ['driver_declined'] }), trip('b', 200)];
    const drivers = [
      driver('declined', 10),
      driver('reserved', 20),
      driver('a', 30),
      driver('b', 190),
      driver('spare', -900),
      driver('far', 3900),
    ];
    const params = { maxPickupEtaS: 600, skipPenaltyS: 600 };
    const { explanations } = runRound({
      ...round(demand, drivers, params),
      unavailable: new Set(['driver_reserved']),
    });
    const reasons = explanations[0]!.candidates.map(({ driverId, reason }) => [driverId, reason]);
    expect(explanations[0]).toMatchObject({ tripId: 'trip_a', outcome: 'offered', skipCostS: 601 });
    expect(reasons).toEqual([
      ['driver_a', 'offered'],
      ['driver_b', 'taken_by_other_trip'],
      ['driver_spare', 'other_driver_chosen'],
      ['driver_far', 'pickup_too_far'],
      ['driver_declined', 'not_asked_again'],
      ['driver_reserved', 'reserved'],
    ]);
  });

  it('deals with the longest waiting trips that have candidates when there are too many', () => {
    const demand = [
      trip('new'),
      trip('old', 0, { requestedAtMs: 1 }),
      trip('hopeless', 50_000, { requestedAtMs: 0 }),
    ];
    const { offers, skipped } = runRound(round(demand, [driver('one'), driver('two')], { maxTrips: 1 }));
    expect(offers.map(({ tripId }) => tripId)).toEqual(['trip_old']);
    expect(skipped).toContainEqual({ tripId: 'trip_new', reason: 'round_full' });
    expect(skipped).toContainEqual({ tripId: 'trip_hopeless', reason: 'no_driver_in_radius' });
  });

  it('takes drivers without a way, and times that are none, as out of reach', () => {
    const broken = etaTableByPickup(() => Float64Array.of(Infinity, Number.NaN, -5));
    const input = round([trip('a')], [driver('a'), driver('b', 1), driver('c', 2)]);
    expect(runRound({ ...input, etas: broken }).skipped).toEqual([
      { tripId: 'trip_a', reason: 'pickup_too_far' },
    ]);
  });

  it('refuses parameters that make no sense', () => {
    expect(() => runRound(round([], [], { candidatesPerTrip: 0 }))).toThrow('candidatesPerTrip');
    expect(() => runRound(round([], [], { skipPenaltyS: 10 }))).toThrow('skipPenaltyS');
    expect(() => runRound(round([], [], { pickupRadiusM: Number.NaN }))).toThrow('pickupRadiusM');
  });
});

describe('decideRound', () => {
  it('asks a provider for exactly the pairs that it weighs', () => {
    const candidates = collectCandidates(
      round([trip('a'), trip('none', 50_000)], [driver('a', 10), driver('b', 20)]),
    );
    const questions = etaQuestions(candidates);
    expect(questions.map(({ pickup, origins }) => [pickup, origins.length])).toEqual([[trip('a').pickup, 2]]);
    const filled = etaTableByPickup((_pickup, origins) => Float64Array.from(origins, (_, rank) => 30 - rank));
    expect(pairs(decideRound(candidates, filled))).toEqual({ trip_a: 'driver_b' });
  });
});

describe('retryRound', () => {
  it('never uses a driver twice over all attempts, and deals with refused trips only', () => {
    fc.assert(
      fc.property(someTrips, someDrivers, fc.infiniteStream(fc.boolean()), (trips, drivers, refusals) => {
        const input = round(trips, drivers);
        let result = runRound(input);
        const used: DriverId[] = [];
        for (let attempt = 0; attempt < 4; attempt++) {
          used.push(...result.offers.map(({ driverId }) => driverId));
          const refused = result.offers.filter(() => refusals.next().value!);
          result = retryRound(
            input,
            result,
            refused.map(({ driverId }) => driverId),
          );
          const again = [...result.offers, ...result.skipped].map(({ tripId }) => tripId).sort();
          expect(again).toEqual(refused.map(({ tripId }) => tripId).sort());
        }
        expect(new Set(used).size).toBe(used.length);
      }),
      { numRuns: 100 },
    );
  });
});
