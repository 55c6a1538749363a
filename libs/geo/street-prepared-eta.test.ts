import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etaTableByPickup, type EtaTable, type SparseEtaQuestion } from './eta.ts';
import { greatCircleEta } from './great-circle-eta.ts';
import type { Point } from './point.ts';
import { streetEta } from './street-eta.ts';
import type { StreetEdge } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import {
  hierarchyEta,
  MAX_NODES_BY_TABLE,
  preparedStreetEta,
  tableEta,
  type PreparedEtaTable,
} from './street-prepared-eta.ts';
import { MAX_PREPARED_HOURS, PreparedHours } from './street-prepared-hours.ts';
import { StreetRouter } from './street-router.ts';

const HOUR_MS = 3_600_000;
const SIDE = 8;

/** A small city; each hour of the day is slower than the one before. */
function city(): StreetGraph {
  const edges: StreetEdge[] = [];
  const lay = (from: number, to: number): void => {
    const secondsByHour = Array.from({ length: 24 }, (_, hour) => 5 + ((from * 31) % 17) + hour);
    edges.push({ from, to, secondsByHour });
    if (from % 3 !== 0) edges.push({ from: to, to: from, secondsByHour });
  };
  for (let node = 0; node < SIDE * SIDE; node++) {
    if (node % SIDE < SIDE - 1) lay(node, node + 1);
    if (node < SIDE * (SIDE - 1)) lay(node, node + SIDE);
  }
  const nodes = Array.from({ length: SIDE * SIDE }, (_, id) => ({
    id,
    lat: 40 + Math.floor(id / SIDE) * 0.001,
    lng: -74 + (id % SIDE) * 0.001,
  }));
  return new StreetGraph(nodes, edges);
}

const graph = city();
const settings = {
  accessSpeedMps: 5,
  localHour: (atMs: number) => (Math.floor(atMs / HOUR_MS) + 22) % 24,
  cutOffS: 150,
};
const bySearch = streetEta({ ...settings, router: new StreetRouter(graph) });

const around = fc.record({
  lat: fc.double({ min: 39.999, max: 40.008, noNaN: true }),
  lng: fc.double({ min: -74.001, max: -73.992, noNaN: true }),
});
const questions = fc
  .record({
    rows: fc.array(fc.tuple(around, fc.array(fc.nat(6), { maxLength: 5 })), { maxLength: 6 }),
    origins: fc.array(around, { minLength: 7, maxLength: 7 }),
  })
  .map(({ rows, origins }): SparseEtaQuestion => {
    const rowStarts = new Uint32Array(rows.length + 1);
    for (const [row, [, columns]] of rows.entries()) rowStarts[row + 1] = rowStarts[row]! + columns.length;
    const columns = Uint32Array.from(rows.flatMap(([, columns]) => columns));
    return { pickups: rows.map(([pickup]) => pickup), origins, rowStarts, columns };
  });
const times = fc.integer({ min: 0, max: 48 }).map((hours) => hours * HOUR_MS);

/** Answers a question one pickup at a time. */
function onePickupAtATime(table: EtaTable, question: SparseEtaQuestion, atMs: number): number[] {
  return question.pickups.flatMap((pickup, row) => {
    const columns = question.columns.subarray(question.rowStarts[row], question.rowStarts[row + 1]);
    const origins = Array.from(columns, (column): Point => question.origins[column]!);
    return [...table.etasToPickup(pickup, origins, atMs)];
  });
}

describe('travel times prepared for an hour', () => {
  it.each<[string, PreparedEtaTable]>([
    ['all pairs', tableEta({ ...settings, graph })],
    ['a hierarchy', hierarchyEta({ ...settings, graph })],
    ['what suits the size', preparedStreetEta({ ...settings, graph })],
  ])('are those that a search finds: %s', (_, table) => {
    fc.assert(
      fc.property(questions, times, (question, atMs) => {
        const expected = [...bySearch.etas(question, atMs)].map((seconds) => expect.closeTo(seconds, 9));
        expect([...table.etas(question, atMs)]).toEqual(expected);
        expect(onePickupAtATime(table, question, atMs)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('are ready immediately for a prepared hour', () => {
    for (const table of [tableEta({ ...settings, graph }), hierarchyEta({ ...settings, graph })]) {
      let steps = 1;
      while (!table.prepare(5 * HOUR_MS)) steps++;
      expect(steps).toBeLessThan(10);
      expect(table.prepare(5 * HOUR_MS + 1)).toBe(true);
    }
  });

  it('come from a table or a hierarchy, by the size of the graph', () => {
    const line = (nodeCount: number) =>
      new StreetGraph(
        Array.from({ length: nodeCount }, (_, id) => ({ id, lat: 40, lng: -74 + id * 1e-5 })),
        [{ from: 0, to: 1, secondsByHour: Array.from({ length: 24 }, () => 1.4) }],
      );
    const etaOn = (graph: StreetGraph) =>
      preparedStreetEta({ ...settings, graph }).etasToPickup(graph.point(1), [graph.point(0)], 0)[0];
    // A table rounds.
    expect(etaOn(line(2))).toBe(1);
    expect(etaOn(line(MAX_NODES_BY_TABLE + 1))).toBeCloseTo(1.4);
  });
});

describe('questions for many pickups', () => {
  it('give the same answers as one pickup at a time', () => {
    fc.assert(
      fc.property(questions, times, (question, atMs) => {
        for (const table of [bySearch, greatCircleEta({ speedMps: 5 })]) {
          expect([...table.etas(question, atMs)]).toEqual(onePickupAtATime(table, question, atMs));
        }
      }),
    );
  });

  it.each<[string, Partial<SparseEtaQuestion>]>([
    ['a row too few', { rowStarts: Uint32Array.of(0, 1) }],
    ['rows that go back', { rowStarts: Uint32Array.of(0, 3, 2) }],
    ['rows that do not begin', { rowStarts: Uint32Array.of(1, 1, 2) }],
    ['columns without a row', { columns: Uint32Array.of(0, 0, 0) }],
    ['a column without an origin', { columns: Uint32Array.of(0, 1) }],
  ])('must hang together: %s', (_, wrong) => {
    const point = graph.point(0);
    const right = {
      pickups: [point, point],
      origins: [point],
      rowStarts: Uint32Array.of(0, 1, 2),
      columns: Uint32Array.of(0, 0),
    };
    const byPickup = etaTableByPickup(() => Float64Array.of(7));
    expect([...byPickup.etas(right, 0)]).toEqual([7, 7]);
    expect(() => byPickup.etas({ ...right, ...wrong }, 0)).toThrow(RangeError);
    expect(() => bySearch.etas({ ...right, ...wrong }, 0)).toThrow(RangeError);
  });
});

describe('PreparedHours', () => {
  const counting = (steps: number) => {
    const begun: number[] = [];
    const hours = new PreparedHours((hour) => {
      begun.push(hour);
      let left = steps;
      return {
        get isDone() {
          return left === 0;
        },
        step: () => void left--,
        finish: () => `made for ${hour}`,
      };
    });
    return { hours, begun };
  };

  it('keeps the hours used last', () => {
    const { hours, begun } = counting(3);
    for (const hour of [7, 8, 7, 9, 7, 8]) expect(hours.at(hour)).toBe(`made for ${hour}`);
    expect(MAX_PREPARED_HOURS).toBe(2);
    expect(begun).toEqual([7, 8, 9, 8]);
  });

  it('continues a preparation, and restarts it if another hour came in between', () => {
    const { hours, begun } = counting(3);
    expect([hours.prepare(7), hours.prepare(7)]).toEqual([false, false]);
    expect(hours.at(7)).toBe('made for 7');
    expect([hours.prepare(8), hours.prepare(8), hours.prepare(8), hours.prepare(8)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([hours.prepare(9), hours.prepare(10), hours.prepare(9)]).toEqual([false, false, false]);
    expect(hours.at(8)).toBe('made for 8');
    expect(begun).toEqual([7, 8, 9, 10, 9]);
  });
});
