import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fleetStats, newId, toTimestamp, type RiderTrip } from '#libs/contracts';
import { ErrorCounts, PingCount, Samples, SlidingCount } from './counts.ts';
import { fleetReport } from './fleet-report.ts';
import { TripBook } from './trip-book.ts';

test('percentiles cover all values at any time', () => {
  const value = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 3000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const samples = new Samples();
        for (const [index, one] of values.entries()) {
          samples.add(one);
          if (index % 7 === 0) samples.percentile(0.5);
        }
        const sorted = values.toSorted((a, b) => a - b);
        const percentile = samples.percentile(share)!;
        expect(sorted.filter((one) => one <= percentile).length).toBeGreaterThanOrEqual(
          share * values.length,
        );
        expect(sorted.filter((one) => one < percentile).length).toBeLessThan(
          Math.max(share * values.length, 1e-300) + 1,
        );
        expect(samples.mean()).toBeCloseTo(values.reduce((sum, one) => sum + one, 0) / values.length, 3);
      },
    ),
  );
  expect(new Samples().percentile(0.5)).toBeNull();
  expect(new Samples().mean()).toBeNull();
});

test('a sliding count holds the events of its spans', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 100 }), (gaps) => {
      const count = new SlidingCount(1_000, 10, 0);
      const times: number[] = [];
      let nowMs = 0;
      for (const gap of gaps) {
        nowMs += gap;
        times.push(nowMs);
        count.add(nowMs);
        const oldestSpan = Math.floor(nowMs / 1_000) - 9;
        const expected = times.filter((time) => Math.floor(time / 1_000) >= oldestSpan).length;
        expect(count.total(nowMs)).toBe(expected);
      }
    }),
  );
});

const START_MS = 1_800_000_000_000;

function trip(change: Partial<RiderTrip>): RiderTrip {
  return {
    trip_id: newId('trip'),
    quote_id: newId('quote'),
    product: 'standard',
    state: 'processing',
    seq: 1,
    pickup: { lat: 38.71, lng: -9.14 },
    dropoff: { lat: 38.72, lng: -9.15 },
    fare: { amount_minor: 900, currency: 'EUR' },
    distance_m: 1_500,
    distance_source: 'road',
    trip_s: 300,
    requested_at: toTimestamp(START_MS),
    search_deadline_at: toTimestamp(START_MS + 300_000),
    driver: null,
    accepted_at: null,
    arrived_at: null,
    started_at: null,
    ended_at: null,
    cancel_reason: null,
    ...change,
  };
}

describe('the trip book', () => {
  test('counts a trip from the request to the pickup and the end', () => {
    let accepted = 0;
    const book = new TripBook(() => accepted++);
    const one = trip({});
    book.request(one, 100, 777);
    book.offer(one.trip_id, 350);
    book.offer(one.trip_id, 900);
    expect(book.rideSecondsOf(one.trip_id)).toBe(777);
    book.change({ ...one, state: 'accepted' });
    expect([accepted, book.open, book.served]).toEqual([1, 1, 0]);
    const started_at = toTimestamp(START_MS + 90_500);
    book.change({ ...one, state: 'in_progress', started_at });
    book.change({ ...one, state: 'completed', started_at });
    expect([book.requested, book.served, book.open]).toEqual([1, 1, 0]);
    expect(book.byState()).toEqual({ completed: 1 });
    expect(book.waitS.mean()).toBe(90.5);
    expect(book.matchLatencyMs.percentile(1)).toBe(250);
    expect(book.rideSecondsOf(one.trip_id)).toBeNull();
  });

  test('counts an offer that arrived before the answer to the request', () => {
    const book = new TripBook(() => undefined);
    const one = trip({});
    book.offer(one.trip_id, 40);
    book.request(one, 10, null);
    book.offer(one.trip_id, 500);
    expect(book.matchLatencyMs.percentile(0.5)).toBe(30);
  });

  test('a trip is exactly one of served, canceled, expired and open', () => {
    const book = new TripBook(() => undefined);
    const trips = Array.from({ length: 4 }, () => trip({}));
    for (const one of trips) book.request(one, 0, null);
    book.change({ ...trips[0]!, state: 'rider_canceled' });
    book.change({ ...trips[1]!, state: 'no_drivers_available' });
    book.change({ ...trips[2]!, state: 'in_progress', started_at: toTimestamp(START_MS) });
    const errors = new ErrorCounts();
    errors.add('internal');
    errors.add('internal');
    const stats = fleetReport(
      { book, pings: new PingCount(), errors, matches: new SlidingCount(1, 1, 0) },
      3,
      0,
      { elapsedMs: 1_000, remainingMs: null, firstMatchMs: null },
    );
    expect(fleetStats.parse(stats)).toMatchObject({
      requested: 4,
      served: 1,
      canceled: 1,
      expired: 1,
      open: 1,
      errors: 2,
      errors_by_code: { internal: 2 },
      drivers_online: 3,
    });
  });
});
