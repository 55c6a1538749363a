import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId, type DriverStatus, type PositionRecord } from '#libs/contracts';
import { positionCellOf, type CellKey } from '#libs/geo';
import { CAR_FORGOTTEN_AFTER_MS, CAR_SILENT_AFTER_MS, LiveCars, shownStatus } from './live-cars.ts';

const DRIVER = newId('driver');
const STATUSES: readonly DriverStatus[] = ['free', 'offered', 'on_trip'];
/** Places in three position cells. */
const PLACES = [
  { lat: 38.71, lng: -9.14 },
  { lat: 38.74, lng: -9.14 },
  { lat: 38.77, lng: -9.14 },
] as const;

function record(part: Partial<PositionRecord> = {}): PositionRecord {
  return {
    driverId: DRIVER,
    session: 1,
    seq: 1,
    ...PLACES[0],
    recordedAtMs: 0,
    freeAtMs: 0,
    rideEnd: undefined,
    booked: false,
    status: 'free',
    statusVersion: 1,
    product: 'standard',
    left: false,
    headingDeg: undefined,
    speedMps: undefined,
    ...part,
  };
}

/** A driver's way as messages: each position in its cell, and a `left` in the old cell when it changes. */
function messagesOf(way: readonly number[]): { cell: CellKey; record: PositionRecord }[] {
  return way.flatMap((place, index) => {
    const here = PLACES[place]!;
    const before = way[index - 1];
    const status = STATUSES[index % STATUSES.length]!;
    const ping = record({ ...here, seq: index + 1, statusVersion: index + 1, status });
    const arrival = { cell: positionCellOf(here), record: ping };
    if (before === undefined || before === place) return [arrival];
    const left = { cell: positionCellOf(PLACES[before]!), record: { ...ping, left: true } };
    return [left, arrival];
  });
}

test('the newest position and status win, in any order of the streams of cells and with repeats', () => {
  const ways = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(ways, fc.infiniteStream(fc.nat()), (way, choices) => {
      const streams = Map.groupBy(messagesOf(way), ({ cell }) => cell);
      const waiting = [...streams.values()].map((stream) => [...stream]);
      const cars = new LiveCars();
      while (waiting.some((stream) => stream.length > 0)) {
        const open = waiting.filter((stream) => stream.length > 0);
        const stream = open[choices.next().value! % open.length]!;
        const { record: next, cell } = stream.shift()!;
        cars.applyRecord(next, cell, 0);
        if (choices.next().value! % 3 === 0) cars.applyRecord(next, cell, 0);
      }
      const { lat, lng } = PLACES[way.at(-1)!]!;
      expect(cars.get(DRIVER)).toMatchObject({
        place: { lat, lng },
        seq: way.length,
        status: STATUSES[(way.length - 1) % STATUSES.length],
      });
    }),
  );
});

describe('a car', () => {
  const cell = positionCellOf(PLACES[0]);

  test('goes when it leaves its cell for none, and comes with its next position', () => {
    const cars = new LiveCars();
    cars.applyRecord(record({ seq: 2 }), cell, 0);
    cars.applyRecord(record({ seq: 2, left: true }), cell, 0);
    expect(shownStatus(cars.get(DRIVER)!, 0)).toBeUndefined();
    cars.applyRecord(record({ seq: 1 }), cell, 0);
    expect(shownStatus(cars.get(DRIVER)!, 0)).toBeUndefined();
    cars.applyRecord(record({ seq: 1, session: 2 }), cell, 0);
    expect(shownStatus(cars.get(DRIVER)!, 0)).toBe('free');
  });

  test('takes a status that came before its first position', () => {
    const cars = new LiveCars();
    cars.applyStatus(DRIVER, 'on_trip', 5, 0);
    expect(shownStatus(cars.get(DRIVER)!, 0)).toBeUndefined();
    cars.applyRecord(record({ statusVersion: 4 }), cell, 0);
    expect(shownStatus(cars.get(DRIVER)!, 0)).toBe('on_trip');
  });

  test('falls silent by the age of its position, not by when it was repeated, and is forgotten', () => {
    const cars = new LiveCars();
    cars.applyRecord(record({ recordedAtMs: 1_000 }), cell, 1_000 + CAR_SILENT_AFTER_MS);
    expect(shownStatus(cars.get(DRIVER)!, 1_000 + CAR_SILENT_AFTER_MS)).toBe('free');
    expect(shownStatus(cars.get(DRIVER)!, 1_001 + CAR_SILENT_AFTER_MS)).toBe('silent');
    cars.expire(1_001 + CAR_SILENT_AFTER_MS + CAR_FORGOTTEN_AFTER_MS);
    expect(cars.size).toBe(0);
  });

  test('gives up a false status after a while', () => {
    const cars = new LiveCars();
    cars.applyStatus(DRIVER, 'offline', Number.MAX_SAFE_INTEGER, 0);
    for (let seq = 1; seq <= 40; seq++) cars.applyRecord(record({ seq }), cell, seq * 1_000);
    expect(cars.get(DRIVER)!.status).toBe('free');
  });

  test('beyond the bound is left out and counted', () => {
    const cars = new LiveCars(2);
    for (let count = 0; count < 3; count++) cars.applyRecord(record({ driverId: newId('driver') }), cell, 0);
    expect([cars.size, cars.leftOut]).toEqual([2, 1]);
  });
});
