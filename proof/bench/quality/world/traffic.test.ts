import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { latticeCity } from './lattice-city.ts';
import { networkError, Traffic } from './traffic.ts';

test('a ride takes its recorded time over its whole route, and each part of it some', () => {
  const legs = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      legs,
      fc.integer({ min: 1, max: 5_000 }),
      (seed, trip, legsS, durationS) => {
        const times = new Traffic(seed, 0.3).rideTimes(trip, legsS, durationS);
        expect(times).toHaveLength(legsS.length + 1);
        expect(times[0]).toBe(0);
        expect(times.at(-1)).toBeCloseTo(durationS, 6);
        for (let leg = 1; leg < times.length; leg++) expect(times[leg]).toBeGreaterThan(times[leg - 1]!);
      },
    ),
  );
});

test('the pace of a drive is the same for every policy, and as wide as asked', () => {
  const traffic = new Traffic(7, 0.3);
  const logs = Array.from({ length: 20_000 }, (_, drive) => Math.log(traffic.paceOf(drive % 50, drive)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const spread = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
  expect(mean).toBeCloseTo(0, 1);
  expect(spread).toBeCloseTo(0.3, 1);
  expect(traffic.paceOf(3, 5)).toBe(new Traffic(7, 0.3).paceOf(3, 5));
  expect(new Traffic(7, 0).paceOf(3, 5)).toBe(1);
});

test('the error of the network is that of the recorded rides against its streets', () => {
  const city = latticeCity(200);
  const logs = city.rides.map(({ from, to, rideS, requestedAtS }) =>
    Math.log(rideS / city.tableAt(requestedAtS).secondsBetween(from, to)),
  );
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length;
  expect(networkError(city, 10 * 3_600, 12 * 3_600)).toBeCloseTo(Math.sqrt(variance), 6);
});
