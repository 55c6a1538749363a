import { describe, expect, it } from 'vitest';
import { computedEtaProvider, questionOfPickup } from './eta.ts';
import { greatCircleEta } from './great-circle-eta.ts';
import { greatCircleM } from './point.ts';
import { streetEta } from './street-eta.ts';
import { StreetGraph } from './street-graph.ts';
import { StreetRouter } from './street-router.ts';

const HOUR_MS = 3_600_000;
const PICKUP = { lat: 40.75, lng: -73.98 };
const ORIGINS = [{ lat: 40.76, lng: -73.98 }, { lat: 40.75, lng: -73.97 }, PICKUP];

describe('greatCircleEta', () => {
  it('is the great-circle distance times the detour factor, divided by the speed', async () => {
    const table = greatCircleEta({ speedMps: 6.5 });
    const expected = ORIGINS.map((origin) => (greatCircleM(origin, PICKUP) * 1.3) / 6.5);
    expect([...table.etasToPickup(PICKUP, ORIGINS, 0)]).toEqual(
      expected.map((seconds) => expect.closeTo(seconds, 6)),
    );
    const provided = await computedEtaProvider(table).etas(questionOfPickup(PICKUP, ORIGINS), 0);
    expect(provided).toEqual(table.etasToPickup(PICKUP, ORIGINS, 0));
    const direct = greatCircleEta({ speedMps: 6.5, detourFactor: 1 });
    expect(direct.etasToPickup(PICKUP, ORIGINS, 0)[0]).toBeCloseTo(expected[0]! / 1.3);
  });

  it('refuses invalid speeds and detour factors', () => {
    expect(() => greatCircleEta({ speedMps: 0 })).toThrow(RangeError);
    expect(() => greatCircleEta({ speedMps: Number.NaN })).toThrow(RangeError);
    expect(() => greatCircleEta({ speedMps: 5, detourFactor: 0.9 })).toThrow(RangeError);
  });
});

describe('streetEta', () => {
  const seconds = (hour: number) => (hour === 8 ? 300 : 60);
  const secondsByHour = Array.from({ length: 24 }, (_, hour) => seconds(hour));
  // One-way: 0 -> 1 -> 2, and an island 3.
  const graph = new StreetGraph(
    [
      { id: 0, lat: 40.75, lng: -73.98 },
      { id: 1, lat: 40.75, lng: -73.97 },
      { id: 2, lat: 40.75, lng: -73.96 },
      { id: 3, lat: 40.8, lng: -73.9 },
    ],
    [
      { from: 0, to: 1, secondsByHour },
      { from: 1, to: 2, secondsByHour },
    ],
  );
  const options = {
    router: new StreetRouter(graph),
    accessSpeedMps: 5,
    localHour: (atMs: number) => (((atMs / HOUR_MS - 4) % 24) + 24) % 24,
  };

  it('follows the streets at the local hour', () => {
    const table = streetEta(options);
    const origins = [graph.point(0), graph.point(1), graph.point(2), graph.point(3)];
    const noonUtc = 12 * HOUR_MS;
    expect([...table.etasToPickup(graph.point(2), origins, noonUtc)]).toEqual([600, 300, 0, Infinity]);
    expect([...table.etasToPickup(graph.point(2), origins, noonUtc + HOUR_MS)]).toEqual([
      120,
      60,
      0,
      Infinity,
    ]);
    expect([...table.etasToPickup(graph.point(0), origins, noonUtc)]).toEqual([
      0,
      Infinity,
      Infinity,
      Infinity,
    ]);
  });

  it('adds the time between point and street at both ends', () => {
    const offStreet = { lat: 40.751, lng: -73.98 };
    const offM = greatCircleM(offStreet, graph.point(0));
    const [eta] = streetEta(options).etasToPickup(graph.point(1), [offStreet], 0);
    expect(eta).toBeCloseTo(60 + offM / 5, 1);
    const [home] = streetEta(options).etasToPickup(offStreet, [graph.point(0)], 0);
    expect(home).toBeCloseTo(offM / 5, 1);
  });

  it('counts a route beyond the cut-off as none', () => {
    const [eta] = streetEta({ ...options, cutOffS: 119 }).etasToPickup(graph.point(2), [graph.point(0)], 0);
    expect(eta).toBe(Infinity);
    expect(() => streetEta({ ...options, accessSpeedMps: 0 })).toThrow(RangeError);
  });
});
