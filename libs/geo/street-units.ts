import type { StreetEdge, StreetNode } from './street-file.ts';
import { shortDistanceM } from './point.ts';

/** From how many segments on their times are judged together: fewer may be anything. */
const MIN_JUDGED_SEGMENTS = 30;
/** Shorter segments say nothing about speed: lights and the rounding to seconds take most of their time. */
const MIN_JUDGED_M = 10;
/**
 * The speed that half of the segments of a city exceed in their quickest hour: 7.2 km/h. Measured on Manhattan: 57 km/h.
 */
const MIN_MEDIAN_SPEED_MPS = 2;
/** From which ratio of the 90th to the 10th percentile on lengths differ enough for times to follow them. */
const MIN_LENGTH_SPREAD = 1.5;
/** Least rank correlation of times with lengths. Measured on Manhattan: 0.67; of speeds with lengths: 0.03. */
const MIN_CORRELATION = 0.3;

/**
 * What makes it doubtful that the times of segments are seconds, in words; none if nothing does. Single times in another
 * unit may be plausible, and all of them together are not: milliseconds are far too slow, and speeds do not grow with the
 * length of a segment as times do.
 */
export function unitDoubts(nodes: readonly StreetNode[], edges: readonly StreetEdge[]): string[] {
  const places = new Map(nodes.map((node) => [node.id, node]));
  const lengthsM: number[] = [];
  const times: number[] = [];
  for (const { from, to, secondsByHour } of edges) {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) continue;
    const lengthM = shortDistanceM(start, end);
    if (lengthM < MIN_JUDGED_M) continue;
    lengthsM.push(lengthM);
    times.push(Math.min(...secondsByHour));
  }
  if (times.length < MIN_JUDGED_SEGMENTS) return [];
  return [...slowness(lengthsM, times), ...independence(lengthsM, times)];
}

function slowness(lengthsM: readonly number[], times: readonly number[]): string[] {
  const speedMps = quantile(
    lengthsM.map((lengthM, place) => lengthM / (times[place] as number)),
    0.5,
  );
  if (speedMps >= MIN_MEDIAN_SPEED_MPS) return [];
  const kmh = (speedMps * 3.6).toPrecision(2);
  return [`half of the segments are slower than ${kmh} km/h at any hour: expected seconds, not another unit`];
}

function independence(lengthsM: readonly number[], times: readonly number[]): string[] {
  if (quantile(lengthsM, 0.9) < MIN_LENGTH_SPREAD * quantile(lengthsM, 0.1)) return [];
  const correlation = pearson(ranks(lengthsM), ranks(times));
  if (correlation >= MIN_CORRELATION) return [];
  return ['longer segments do not take longer: expected seconds, not speeds'];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** The place of each value in their order; equal values share the mean of theirs. */
function ranks(values: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const places = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end++;
    for (let place = first; place < end; place++) places[order[place] as number] = (first + end - 1) / 2;
    first = end;
  }
  return places;
}

/** The correlation of two series of equal length; 0 if one of them is constant. */
function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2;
  let [both, ofA, ofB] = [0, 0, 0];
  for (let place = 0; place < a.length; place++) {
    const [dA, dB] = [(a[place] as number) - mean, (b[place] as number) - mean];
    both += dA * dB;
    ofA += dA * dA;
    ofB += dB * dB;
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}
