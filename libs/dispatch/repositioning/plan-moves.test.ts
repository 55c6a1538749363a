import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DriverId } from '#libs/trip';
import { axisEtas, axisS } from '../../../dev/fixtures/match-input.ts';
import { DEFAULT_MOVE_PARAMS, planMoves } from './plan-moves.ts';

const place = fc.record({
  lat: fc.integer({ min: 0, max: 60 }).map((step) => 38.7 + step * 0.001),
  lng: fc.integer({ min: 0, max: 60 }).map((step) => -9.1 + step * 0.001),
});
const PARAMS = { ...DEFAULT_MOVE_PARAMS, minMoveS: 60, maxMoveS: 600 };

test('sends only idle drivers, each to one place, neither too far nor too near', () => {
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: 12 }),
      fc.array(place, { maxLength: 6 }),
      fc.array(place, { maxLength: 16 }),
      (idle, soon, targets) => {
        const points = [...idle, ...soon];
        const ids = points.map((_, number): DriverId => `driver_${number}`);
        const availableInS = Float64Array.from(points, (_, number) => (number < idle.length ? 0 : 90));
        const moves = planMoves({
          drivers: {
            ids,
            products: ids.map(() => 'standard'),
            points,
            availableInS,
            spreadS: availableInS.map(() => 0),
          },
          idleCount: idle.length,
          targets,
          etas: axisEtas,
          approachMps: 8,
          params: PARAMS,
        });
        expect(new Set(moves.map(({ driverId }) => driverId)).size).toBe(moves.length);
        for (const { driverId, to, driveS } of moves) {
          const number = ids.indexOf(driverId);
          expect(number).toBeLessThan(idle.length);
          expect(targets).toContainEqual(to);
          expect(driveS).toBeCloseTo(axisS(points[number]!, to), 6);
          expect(driveS).toBeGreaterThan(PARAMS.minMoveS);
          expect(driveS).toBeLessThanOrEqual(PARAMS.maxMoveS);
        }
        const used = new Map<string, number>();
        for (const { to } of moves) used.set(JSON.stringify(to), (used.get(JSON.stringify(to)) ?? 0) + 1);
        for (const [to, count] of used)
          expect(count).toBeLessThanOrEqual(targets.filter((target) => JSON.stringify(target) === to).length);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a driver who will soon be free near a place saves another one the drive from afar', () => {
  const target = { lat: 38.7, lng: -9.1 };
  const afar = { lat: 38.73, lng: -9.1 };
  const planned = (availableInS: number[]) =>
    planMoves({
      drivers: {
        ids: ['driver_idle', 'driver_soon'],
        products: ['standard', 'standard'],
        points: [afar, target],
        availableInS,
        spreadS: [0, 0],
      },
      idleCount: 1,
      targets: [target],
      etas: axisEtas,
      approachMps: 8,
      params: PARAMS,
    });
  expect(planned([0, 30])).toEqual([]);
  expect(planned([0, 590])).toMatchObject([{ driverId: 'driver_idle', to: target }]);
});
