import { OUTLOOK_WITHIN_MIN } from '#libs/contracts';
import { cellKeyToH3, parentKey, pickupCellOf, type Point } from '#libs/geo';
import type { HexLayer, HexValue, HexValues } from '../protocol/map-messages.ts';
import { shownStatus, type LiveCars } from './live-cars.ts';
import type { LiveShards } from './live-shards.ts';
import type { LiveTrips } from './live-trips.ts';
import type { Outlook } from './outlook.ts';

/** What hexagons are made of. */
export interface CityParts {
  readonly cars: LiveCars;
  readonly trips: LiveTrips;
  readonly shards: LiveShards;
  readonly outlook: Outlook;
}

/** Resolution of the hexagons that sum cars and trips: some 500 m across. */
export const HEX_RES = 8;
/** How many hexagons a layer shows; those with the highest values. */
export const MAX_HEXES = 5_000;

/** Layers that tell about riders, even if not about one. */
const ABOUT_RIDERS: ReadonlySet<HexLayer> = new Set(['demand', 'expected', 'waits', 'price']);

/** Whether somebody may see a layer who may not see riders. */
export function isAboutRiders(layer: HexLayer): boolean {
  return ABOUT_RIDERS.has(layer);
}

/** The hexagons of a layer over the whole city; undefined: there are none to show. */
export function hexValues(city: CityParts, layer: HexLayer, nowMs: number): HexValues | undefined {
  switch (layer) {
    case 'none':
      return undefined;
    case 'shards':
      return values(layer, 'ms of work a second', city.shards.loads(nowMs));
    case 'supply':
      return values(layer, 'free cars', supply(city, nowMs));
    case 'demand':
      return values(
        layer,
        'waiting trips',
        waits(city, nowMs, (count) => count),
      );
    case 'waits':
      return values(
        layer,
        's waited so far, mean',
        waits(city, nowMs, (count, sumS) => Math.round(sumS / count)),
      );
    case 'expected':
      return values(layer, `requests expected in ${OUTLOOK_WITHIN_MIN} min`, city.outlook.expected);
    case 'price':
      return values(layer, 's of waiting for a second of a driver', city.outlook.prices);
  }
}

function values(layer: HexLayer, unit: string, byCell: ReadonlyMap<string, number>): HexValues {
  const cells: HexValue[] = [...byCell];
  if (cells.length > MAX_HEXES) cells.sort(([, a], [, b]) => b - a).splice(MAX_HEXES);
  return { layer, unit, cells: cells.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function supply(city: CityParts, nowMs: number): Map<string, number> {
  const free = new Map<string, number>();
  for (const car of city.cars) {
    if (car.place === undefined || shownStatus(car, nowMs) !== 'free') continue;
    const cell = hexAt(car.place);
    free.set(cell, (free.get(cell) ?? 0) + 1);
  }
  return free;
}

/** Trips without a driver, by the cell of their pickup. */
function waits(
  city: CityParts,
  nowMs: number,
  valueOf: (count: number, sumS: number) => number,
): Map<string, number> {
  const sums = new Map<string, { count: number; sumS: number }>();
  for (const trip of city.trips) {
    if (trip.state !== 'processing') continue;
    const cell = hexAt(trip.pickup);
    const { count, sumS } = sums.get(cell) ?? { count: 0, sumS: 0 };
    const waitedS = Math.max(0, nowMs - Date.parse(trip.requested_at)) / 1_000;
    sums.set(cell, { count: count + 1, sumS: sumS + waitedS });
  }
  return new Map([...sums].map(([cell, { count, sumS }]) => [cell, valueOf(count, sumS)]));
}

function hexAt(point: Point): string {
  return cellKeyToH3(parentKey(pickupCellOf(point), HEX_RES));
}
