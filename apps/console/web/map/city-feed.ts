import type { CarFrame } from '../../protocol/car-frame.ts';
import type { Bounds, CityMessage, HexLayer, HexValues, MapTrip } from '../../protocol/map-messages.ts';
import { CarStore } from './car-store.ts';
import { CityStream, type Connection } from './city-stream.ts';
import { OwnerColours } from './colour-scales.ts';
import { NO_SHARDS, withShardNews, type ShardHistory } from './shard-events.ts';

/** What the page knows of the city; a new object with each change. */
export interface CityNews {
  connection: Connection;
  /** What the console refused or what could not be read; undefined: nothing since the last update. */
  problem: string | undefined;
  update: number;
  counts: CityMessage['counts'] | undefined;
  /** Service time of the newest update. */
  atMs: number | undefined;
  /** Wall time at which it came. */
  cameAtMs: number | undefined;
  isExact: boolean;
  carsInView: number;
  trips: ReadonlyMap<string, MapTrip>;
  shards: ShardHistory;
  hexes: HexValues | undefined;
}

const NO_NEWS: CityNews = {
  connection: 'connecting',
  problem: undefined,
  update: 0,
  counts: undefined,
  atMs: undefined,
  cameAtMs: undefined,
  isExact: true,
  carsInView: 0,
  trips: new Map(),
  shards: NO_SHARDS,
  hexes: undefined,
};

/** Cars glide for as long as updates were apart, and at least for this time. */
const SHORTEST_GLIDE_MS = 250;
/** A car glides no longer than this, so that a late update does not slow the cars down. */
const LONGEST_GLIDE_MS = 2_500;

/** Follows the city over the console's socket. Cars are kept aside: they change too often for a page to be built from. */
export class CityFeed {
  readonly cars = new CarStore();
  readonly ownerColours = new OwnerColours();
  private news = NO_NEWS;
  private stream: CityStream | undefined;
  private shown: { bounds: Bounds; layer: HexLayer } | undefined;
  private isFresh = true;
  private lastUpdateMs = 0;
  /** Of the cars that moved in the newest update: how old their positions were when it came, and when that was. */
  newestMoves: { agesMs: readonly number[]; cameMs: number } = { agesMs: [], cameMs: 0 };
  private readonly readers = new Set<() => void>();
  private readonly still = window.matchMedia('(prefers-reduced-motion: reduce)');

  constructor(private readonly onClosed: () => void) {}

  readonly read = (): CityNews => this.news;

  readonly follow = (reader: () => void): (() => void) => {
    this.readers.add(reader);
    return () => this.readers.delete(reader);
  };

  connect(): () => void {
    const address = new URL('/v1/console/stream', window.location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const stream = new CityStream(address.href, {
      onUpdate: (city, cars) => this.apply(city, cars),
      onConnection: (connection) => {
        // Handles and numbers of updates hold for one connection only.
        if (connection !== 'live' && connection !== 'slow') this.isFresh = true;
        if (connection !== this.news.connection) this.tell({ connection });
      },
      onError: (problem) => this.tell({ problem }),
      onClosed: this.onClosed,
    });
    this.stream = stream;
    if (this.shown !== undefined) stream.show(this.shown.bounds, this.shown.layer);
    return () => stream.close();
  }

  show(bounds: Bounds, layer: HexLayer): void {
    this.shown = { bounds, layer };
    this.stream?.show(bounds, layer);
  }

  private apply(city: CityMessage, cars: CarFrame | undefined): void {
    const nowMs = performance.now();
    const sinceMs = nowMs - this.lastUpdateMs;
    this.lastUpdateMs = nowMs;
    if (this.isFresh) this.cars.clear();
    const glideMs = this.still.matches ? 0 : Math.min(LONGEST_GLIDE_MS, Math.max(SHORTEST_GLIDE_MS, sinceMs));
    if (cars !== undefined) {
      this.cars.apply(cars, nowMs, glideMs);
      this.newestMoves = { agesMs: cars.moved.map(({ ageMs }) => ageMs), cameMs: nowMs };
    }
    const shards = withShardNews(this.news.shards, city, this.isFresh);
    this.ownerColours.learn(city.shards.flatMap(({ owner }) => (owner === null ? [] : [owner])));
    this.tell({
      problem: undefined,
      update: city.update,
      counts: city.counts,
      atMs: city.at_ms,
      cameAtMs: Date.now(),
      isExact: city.exact,
      carsInView: this.cars.size,
      trips: withTrips(this.isFresh ? new Map() : this.news.trips, city),
      shards,
      ...(city.hexes !== undefined && { hexes: city.hexes }),
    });
    this.isFresh = false;
  }

  private tell(change: Partial<CityNews>): void {
    this.news = { ...this.news, ...change };
    for (const reader of this.readers) reader();
  }
}

function withTrips(before: ReadonlyMap<string, MapTrip>, city: CityMessage): ReadonlyMap<string, MapTrip> {
  if (city.trips.length === 0 && city.trips_gone.length === 0) return before;
  const trips = new Map(before);
  for (const id of city.trips_gone) trips.delete(id);
  for (const trip of city.trips) trips.set(trip.trip_id, trip);
  return trips;
}
