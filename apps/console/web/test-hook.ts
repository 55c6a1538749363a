import type { HexLayer } from '../protocol/map-messages.ts';
import type { DriverState } from './driver/driver-phone.ts';
import type { RiderState } from './rider/rider-phone.ts';

/** What the map shows, for tests: they read this instead of pixels. */
export interface MapTestState {
  connected: boolean;
  /** Number of the newest update; 0: none yet. */
  update: number;
  /** Cars in the whole city, as the server counts them. */
  cars: number;
  /** Cars that the map has in view. */
  carsInView: number;
  /** Trips that the map has in view. */
  trips: number;
  /** Who owns which shard. */
  shards: Readonly<Record<string, string | null>>;
  layer: HexLayer;
  /** Wall time, Unix ms; null: none yet. */
  lastUpdateAt: number | null;
  /** Of each car in the newest update: from the ping to the first pixel that shows it, in ms. */
  pixelAgesMs: readonly number[];
}

/** What the map of a trip shows. */
interface TripTestState {
  isDrawn: boolean;
  /** Where the car is at the moment of the slider; null: no position. */
  car: { lat: number; lng: number } | null;
  candidates: number;
  positions: number;
}

/** Read-only state of the page for tests, present as `window.hailgrid`. Null: another page is shown. */
interface TestHook {
  readonly map: MapTestState | null;
  readonly trip: TripTestState | null;
  /** Points, prices, the trip and its car. */
  readonly rider: Readonly<RiderState> | null;
  /** Status, car, offer and trips. */
  readonly driver: Readonly<DriverState> | null;
}

declare global {
  interface Window {
    readonly hailgrid: TestHook;
  }
}

const readers: { [K in keyof TestHook]?: () => NonNullable<TestHook[K]> } = {};

/** Lets tests read the state of a page until the returned function is called. */
export function expose<K extends keyof TestHook>(page: K, read: () => NonNullable<TestHook[K]>): () => void {
  Object.assign(readers, { [page]: read });
  return () => {
    if (readers[page] === read) delete readers[page];
  };
}

const hook: TestHook = {
  get map() {
    return readers.map?.() ?? null;
  },
  get trip() {
    return readers.trip?.() ?? null;
  },
  get rider() {
    return readers.rider?.() ?? null;
  },
  get driver() {
    return readers.driver?.() ?? null;
  },
};

/** Makes `window.hailgrid`, before anything is shown. */
export function exposePage(): void {
  Object.defineProperty(window, 'hailgrid', { value: Object.freeze(hook) });
}
