import { assign } from '#libs/dispatch';
import type { Ride, StreetCity } from './street-city.ts';

/**
 * How many successors of a ride, or first rides of a car, are considered: as many with the shortest empty
 * time of the car, and as many with the least waiting, of rider or car.
 */
const SUCCESSORS = 30;
/** How long a car stands or drives empty between two rides at most. */
const LONGEST_IDLE_S = 900;
const MS_PER_S = 1_000;
/** Costs more than any wait, so that the most riders are served first, and waits are shortened among those. */
const LOST_COST_MS = 1e7;
/** Never chosen: a ride that is left out, instead of assigned to itself, could still lend its car to the next ride. */
const FORBIDDEN_COST_MS = 1e13;

/** A ride that a car could serve next. */
interface Successor {
  readonly row: number;
  readonly waitS: number;
  readonly driveS: number;
  /** From the car's becoming free; negative for a rider who waits by then. */
  readonly requestedInS: number;
}

export interface Bound {
  readonly requests: number;
  readonly servedPct: number;
  readonly waitS: number;
}

/**
 * What a dispatcher could reach that knows all requests, rides and drive times of the hours in advance: the cheapest
 * cover of the rides by chains of cars, as an assignment of each ride to its predecessor (a ride or a car at its start;
 * a ride assigned to itself is lost). Optimistic, because a ride is taken to begin at its request when its successor is
 * chosen. Nearly a bound: a car serves rides in
 * the order of their requests, and has twice {@link SUCCESSORS} to choose from after each.
 */
export function clairvoyantBound(
  city: StreetCity,
  starts: readonly number[],
  { fromS, toS, measureFromS, maxWaitS }: Record<'fromS' | 'toS' | 'measureFromS' | 'maxWaitS', number>,
): Bound {
  const rides = city.rides.filter(({ requestedAtS }) => requestedAtS >= fromS && requestedAtS < toS);
  const count = rides.length;
  const candidates: { column: number; cost: number }[][] = rides.map((_, row) => [
    { column: row, cost: LOST_COST_MS },
  ]);
  const offer = (column: number, node: number, freeAtS: number, first: number): void => {
    const found: Successor[] = [];
    for (let row = first; row < count; row++) {
      const { from, requestedAtS } = rides[row] as Ride;
      if (requestedAtS > freeAtS + LONGEST_IDLE_S) break;
      const driveS = city.tableAt(requestedAtS).secondsBetween(node, from);
      const waitS = Math.max(0, freeAtS + driveS - requestedAtS);
      if (waitS <= maxWaitS) found.push({ row, waitS, driveS, requestedInS: requestedAtS - freeAtS });
    }
    const emptyOf = ({ requestedInS, driveS }: Successor): number => Math.max(driveS, requestedInS);
    const leastEmpty = found.toSorted((a, b) => emptyOf(a) - emptyOf(b)).slice(0, SUCCESSORS);
    const gapOf = ({ requestedInS, driveS }: Successor): number => Math.abs(requestedInS - driveS);
    const leastWaiting = found.sort((a, b) => gapOf(a) - gapOf(b)).slice(0, SUCCESSORS);
    for (const { row, waitS } of new Set([...leastEmpty, ...leastWaiting]))
      candidates[row]?.push({ column, cost: Math.round(waitS * MS_PER_S) });
  };
  rides.forEach(({ to, rideS, requestedAtS }, row) => {
    const endS = requestedAtS + rideS;
    // Later requests only: two short rides could otherwise follow each other in a circle, with no car at all.
    offer(row, to, endS, Math.max(row + 1, firstAfter(rides, endS - maxWaitS)));
  });
  starts.forEach((node, car) => offer(count + car, node, fromS, 0));
  const rowStarts = new Uint32Array(count + 1);
  candidates.forEach((options, row) => (rowStarts[row + 1] = (rowStarts[row] as number) + options.length));
  const options = candidates.flat();
  const { columnOfRow } = assign({
    columnCount: count + starts.length,
    rowStarts,
    columns: Uint32Array.from(options, ({ column }) => column),
    costs: Float64Array.from(options, ({ cost }) => cost),
    skipCosts: new Float64Array(count).fill(FORBIDDEN_COST_MS),
  });
  let [requests, served, waitMs] = [0, 0, 0];
  candidates.forEach((row, number) => {
    if ((rides[number]?.requestedAtS ?? 0) < measureFromS) return;
    requests++;
    const chosen = row.find(({ column }) => column === columnOfRow[number]);
    if (chosen === undefined || chosen.cost === LOST_COST_MS) return;
    served++;
    waitMs += chosen.cost;
  });
  return {
    requests,
    servedPct: (100 * served) / Math.max(1, requests),
    waitS: waitMs / MS_PER_S / Math.max(1, served),
  };
}

/** The first ride that is requested at a time or later. */
function firstAfter(rides: readonly { readonly requestedAtS: number }[], atS: number): number {
  let [low, high] = [0, rides.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rides[middle]?.requestedAtS ?? Infinity) < atS) low = middle + 1;
    else high = middle;
  }
  return low;
}
