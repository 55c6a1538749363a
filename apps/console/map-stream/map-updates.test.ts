import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId, toTripRecord, type PositionRecord } from '#libs/contracts';
import { positionCellOf, type Point } from '#libs/geo';
import { evolve } from '#libs/trip';
import { tripRequest } from '../../../dev/fixtures/trip-request.ts';
import { LiveCity } from '../city/live-city.ts';
import { decodeCarFrame } from '../protocol/car-frame.ts';
import type { Bounds, CityMessage, HexLayer } from '../protocol/map-messages.ts';
import { MapUpdates } from './map-updates.ts';
import { MapView } from './map-view.ts';

const DRIVERS = Array.from({ length: 4 }, () => newId('driver'));
const WEST: Bounds = [-9.2, 38.7, -9.15, 38.75];
const WHOLE: Bounds = [-10, 38, -8, 40];

function ping(driver: number, seq: number, place: Point, part: Partial<PositionRecord> = {}): PositionRecord {
  const nothing = { headingDeg: 90, speedMps: undefined, rideEnd: undefined, booked: false, left: false };
  const status = { status: 'free', statusVersion: 1, product: 'standard', freeAtMs: 0 } as const;
  return {
    driverId: DRIVERS[driver]!,
    session: 1,
    seq,
    ...place,
    recordedAtMs: 0,
    ...status,
    ...nothing,
    ...part,
  };
}

/** What a page keeps of the updates that it gets. */
class Page {
  readonly cars = new Map<
    number,
    { uuid: string; lat: number; lng: number; isSnapped: boolean; status: string }
  >();
  readonly trips = new Map<string, string>();
  last: CityMessage | undefined;
  moved = 0;
  readonly #updates: MapUpdates;
  #number = 0;

  constructor(
    private readonly city: LiveCity,
    isExact = true,
  ) {
    this.#updates = new MapUpdates(city, isExact);
  }

  update(bounds: Bounds = WHOLE, layer: HexLayer = 'none', nowMs = 0): CityMessage {
    const { text, cars } = this.#updates.next(
      (this.#number += 1),
      { view: new MapView(bounds), layer },
      nowMs,
    );
    this.last = JSON.parse(text) as CityMessage;
    expect(this.last.has_cars).toBe(cars !== undefined);
    this.moved = 0;
    if (cars !== undefined) this.#draw(cars);
    for (const tripId of this.last.trips_gone) this.trips.delete(tripId);
    for (const trip of this.last.trips) this.trips.set(trip.trip_id, trip.state);
    return this.last;
  }

  #draw(frame: ArrayBuffer): void {
    const { introduced, gone, moved } = decodeCarFrame(frame);
    const uuids = new Map(introduced.map(({ handle, uuid }) => [handle, uuid]));
    for (const handle of gone) expect(this.cars.delete(handle)).toBe(true);
    this.moved = moved.length;
    for (const { handle, lat, lng, isSnapped, status } of moved) {
      const uuid = uuids.get(handle) ?? this.cars.get(handle)!.uuid;
      this.cars.set(handle, { uuid, lat, lng, isSnapped, status });
    }
  }

  /** What the page draws; compared with that of a page that has just come. */
  get drawn(): unknown {
    return [...this.cars.values()].map((car) => ({ ...car })).toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1));
  }
}

test('whatever happens between updates, a page draws what one that has just come would draw', () => {
  const place = fc.record({
    lat: fc.integer({ min: 3_870, max: 3_875 }).map((value) => value / 100),
    lng: fc.integer({ min: -925, max: -905 }).map((value) => value / 100),
  });
  const step = fc.record({
    driver: fc.nat({ max: 3 }),
    place,
    left: fc.boolean(),
    version: fc.nat({ max: 9 }),
    look: fc.option(fc.constantFrom(WEST, WHOLE)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const city = new LiveCity();
      const page = new Page(city);
      for (const [index, { driver, place: at, left, version, look }] of steps.entries()) {
        const status = version % 2 === 0 ? 'free' : 'on_trip';
        const cell = positionCellOf(at);
        city.cars.applyRecord(ping(driver, index, at, { statusVersion: version, status, left }), cell, 0);
        if (look !== null) page.update(look);
      }
      for (const bounds of [WEST, WHOLE]) {
        page.update(bounds);
        const fresh = new Page(city);
        fresh.update(bounds);
        expect(page.drawn).toEqual(fresh.drawn);
      }
      page.update();
      expect(page.moved).toBe(0);
    }),
  );
});

describe('a person without ops.read', () => {
  test('sees cars without a trip on a grid, and nothing about riders', () => {
    const city = new LiveCity();
    const at = { lat: 38.7223, lng: -9.1393 };
    city.cars.applyRecord(ping(0, 1, at), positionCellOf(at), 0);
    city.cars.applyRecord(ping(1, 1, at, { status: 'offered' }), positionCellOf(at), 0);
    city.cars.applyRecord(ping(2, 1, at, { status: 'on_trip' }), positionCellOf(at), 0);
    city.trips.apply(toTripRecord(evolve(null, { type: 'requested', atMs: 0, request: tripRequest() })), 0);
    const page = new Page(city, false);
    for (const layer of ['demand', 'waits', 'expected', 'price'] as const)
      expect(page.update(WHOLE, layer)).toMatchObject({ exact: false, trips: [], hexes: { cells: [] } });
    expect(JSON.stringify(page.last)).not.toContain('rider_');
    const byStatus = new Map([...page.cars.values()].map((car) => [car.status, car]));
    for (const status of ['free', 'offered']) {
      expect(byStatus.get(status)!.isSnapped).toBe(true);
      expect(byStatus.get(status)!.lat).not.toBeCloseTo(at.lat, 5);
    }
    expect(byStatus.get('on_trip')).toMatchObject({ ...at, isSnapped: false });
    const exact = new Page(city);
    expect(exact.update(WHOLE, 'demand')).toMatchObject({
      exact: true,
      hexes: { cells: [[expect.any(String), 1]] },
    });
    expect(exact.trips.size).toBe(1);
  });
});

test('a layer is sent when it changes, and again after another one', () => {
  const city = new LiveCity();
  const at = { lat: 38.7223, lng: -9.1393 };
  city.cars.applyRecord(ping(0, 1, at), positionCellOf(at), 0);
  const page = new Page(city);
  expect(page.update(WHOLE, 'supply', 0).hexes?.cells).toHaveLength(1);
  expect(page.update(WHOLE, 'supply', 1_000).hexes).toBeUndefined();
  expect(page.update(WHOLE, 'none', 2_000).hexes).toBeUndefined();
  expect(page.update(WHOLE, 'supply', 3_000).hexes?.cells).toHaveLength(1);
});

test('shards are sent once, and say when another took their place', () => {
  const city = new LiveCity();
  const page = new Page(city);
  const [parent, child] = ['86393361fffffff', '87393361effffff'];
  city.shards.hint([{ shard: parent, epoch: 1, owner: 'matcher-1' }], 0);
  expect(page.update().shards).toEqual([{ shard: parent, epoch: 1, owner: 'matcher-1' }]);
  expect(page.update().shards).toEqual([]);
  city.shards.hint([{ shard: child, epoch: 2, owner: null }], 0);
  expect(page.update()).toMatchObject({ shards: [{ shard: child }], shards_gone: [parent] });
});

test.each<[string, Bounds, Point, boolean]>([
  ['inside', WEST, { lat: 38.72, lng: -9.16 }, true],
  ['within the margin', WEST, { lat: 38.755, lng: -9.16 }, true],
  ['outside', WEST, { lat: 38.72, lng: -9.1 }, false],
  ['across the antimeridian', [179, -10, -179, 10], { lat: 0, lng: -179.5 }, true],
  ['not across it', [179, -10, -179, 10], { lat: 0, lng: 0 }, false],
  ['in the whole world', [-180, -90, 180, 90], { lat: 0, lng: 0 }, true],
])('a view and a point %s', (_, bounds, point, isInside) => {
  expect(new MapView(bounds).contains(point)).toBe(isInside);
});
