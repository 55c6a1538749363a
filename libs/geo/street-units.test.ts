import { describe, expect, it } from 'vitest';
import { parseStreetEdges, type StreetEdge, type StreetNode } from './street-file.ts';
import { shortDistanceM } from './point.ts';
import { unitDoubts } from './street-units.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
/** A street whose blocks are of five lengths, 56 m to 278 m. */
const nodes: StreetNode[] = [{ id: 0, lat: 40, lng: -74 }];
for (let id = 1; id <= 60; id++) {
  const before = nodes.at(-1) as StreetNode;
  nodes.push({ id, lat: before.lat + 0.0005 * (1 + (id % 5)), lng: -74 });
}

/** The street in both directions; `valueOf` writes what a segment of a length and a speed (20 to 50 km/h) gets. */
function street(valueOf: (lengthM: number, kmh: number) => number): StreetEdge[] {
  return nodes.slice(1).flatMap((node, place) => {
    const before = nodes[place] as StreetNode;
    const value = valueOf(shortDistanceM(before, node), 20 + 10 * (place % 4));
    const secondsByHour = HOURS.map(() => value);
    return [
      { from: before.id, to: node.id, secondsByHour },
      { from: node.id, to: before.id, secondsByHour },
    ];
  });
}
const secondsOf = (lengthM: number, kmh: number): number => Math.round((lengthM / kmh) * 3.6);

describe('the times of a street file', () => {
  it('in seconds are not doubted, in free traffic and in a jam', () => {
    expect(unitDoubts(nodes, street(secondsOf))).toEqual([]);
    expect(
      unitDoubts(
        nodes,
        street((lengthM, kmh) => 3 * secondsOf(lengthM, kmh)),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'milliseconds',
      (lengthM: number, kmh: number) => 1_000 * secondsOf(lengthM, kmh),
      'slower than 0.031 km/h',
    ],
    [
      'sixtieths of seconds',
      (lengthM: number, kmh: number) => 60 * secondsOf(lengthM, kmh),
      'slower than 0.51 km/h',
    ],
    ['km/h', (_: number, kmh: number) => kmh, 'longer segments do not take longer'],
    ['metres', (lengthM: number) => lengthM * 2, 'slower than 1.8 km/h'],
    ['one number', () => 30, 'longer segments do not take longer'],
  ])('in %s are doubted', (_, valueOf, problem) => {
    expect(unitDoubts(nodes, street(valueOf))).toEqual([expect.stringContaining(problem)]);
  });

  it('are not judged by fewer than 30 segments', () => {
    const edges = street((_, kmh) => kmh);
    expect(unitDoubts(nodes, edges.slice(0, 29))).toEqual([]);
    expect(unitDoubts(nodes, edges.slice(0, 30))).toHaveLength(1);
  });

  it.each(['86400.5', '1e300', '1e999', '-1', 'NaN', ''])('of one segment are not %j', (value) => {
    const header = HOURS.map((hour) => `s${String(hour).padStart(2, '0')}`).join();
    const text = `from,to,${header}\n0,1,${HOURS.map((hour) => (hour === 3 ? value : '60')).join()}`;
    expect(() => parseStreetEdges(text, nodes)).toThrow(
      `edges.csv, line 2, column s03: expected a number of seconds, 0 to 86400, got "${value}"`,
    );
  });
});
