import { HOURS_PER_DAY } from '#libs/geo';

/** Avenues and streets go both ways, lanes one way. */
export type StreetRank = 'avenue' | 'street' | 'lane';

/** Speed on a free road, metres a second. */
const FREE_SPEED_MPS: Readonly<Record<StreetRank, number>> = { avenue: 13, street: 9, lane: 6 };
/** Waiting at the crossing at the end of a segment. */
const CROSSING_S = 3;
const EVERY_AVENUE = 8;
const EVERY_STREET = 3;

/** Share of the free speed that is left in each hour of a working day. */
const FLOW_BY_HOUR: readonly number[] = [
  0.95, 1, 1, 1, 1, 0.98, 0.9, 0.72, 0.58, 0.62, 0.7, 0.7, 0.68, 0.68, 0.7, 0.7, 0.65, 0.57, 0.55, 0.64, 0.75,
  0.82, 0.88, 0.92,
];

/** The rank of the street along the n-th line of the lattice. */
export function rankOf(line: number): StreetRank {
  if (line % EVERY_AVENUE === 0) return 'avenue';
  return line % EVERY_STREET === 0 ? 'street' : 'lane';
}

/** Seconds to drive a segment in each hour of the day, as street files have them. */
export function segmentSecondsByHour(lengthM: number, rank: StreetRank): number[] {
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) => {
    const speedMps = FREE_SPEED_MPS[rank] * (FLOW_BY_HOUR[hour] ?? 1);
    return Math.round((lengthM / speedMps + CROSSING_S) * 10) / 10;
  });
}
