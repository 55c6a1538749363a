import { LiveCars, shownStatus } from './live-cars.ts';
import { LiveShards } from './live-shards.ts';
import { LiveTrips } from './live-trips.ts';
import type { CityMessage, HexLayer, HexValues } from '../protocol/map-messages.ts';
import { hexValues } from './hex-layers.ts';
import { NO_OUTLOOK, type Outlook } from './outlook.ts';

/** For how long viewers share the values of a layer, service time. */
const HEXES_SHARED_MS = 1_000;

/** The live state of the city, which all viewers share. No NATS, no clock. */
export class LiveCity {
  readonly cars = new LiveCars();
  readonly trips = new LiveTrips();
  readonly shards = new LiveShards();
  /** What matchers expect, as they last said. */
  outlook: Outlook = NO_OUTLOOK;
  readonly #hexes = new Map<HexLayer, { atMs: number; values: HexValues | undefined }>();
  #counts: { atMs: number; counts: CityMessage['counts'] } | undefined;

  /** Of the whole city; counted once for all viewers of a moment. */
  counts(nowMs: number): CityMessage['counts'] {
    if (this.#counts?.atMs !== nowMs) this.#counts = { atMs: nowMs, counts: this.#count(nowMs) };
    return this.#counts.counts;
  }

  /** Of the whole city; made once for all viewers of a second. */
  hexes(layer: HexLayer, nowMs: number): HexValues | undefined {
    const made = this.#hexes.get(layer);
    if (made !== undefined && nowMs - made.atMs < HEXES_SHARED_MS) return made.values;
    const values = hexValues(this, layer, nowMs);
    this.#hexes.set(layer, { atMs: nowMs, values });
    return values;
  }

  clear(): void {
    this.#hexes.clear();
    this.cars.clear();
    this.trips.clear();
    this.shards.clear();
    this.outlook = NO_OUTLOOK;
  }

  #count(nowMs: number): CityMessage['counts'] {
    const counts = {
      cars: 0,
      free: 0,
      offered: 0,
      on_trip: 0,
      waiting_trips: 0,
      open_trips: this.trips.size,
    };
    for (const car of this.cars) {
      const status = shownStatus(car, nowMs);
      if (status === undefined) continue;
      counts.cars += 1;
      if (status !== 'silent') counts[status] += 1;
    }
    for (const trip of this.trips) if (trip.state === 'processing') counts.waiting_trips += 1;
    return counts;
  }
}
