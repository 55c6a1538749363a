import type { HexLayer } from '../protocol/map-messages.ts';

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
}

/** Read-only state of the page for tests, always present as `window.hailgrid`. */
interface TestHook {
  /** Null: another page is shown. */
  readonly map: MapTestState | null;
}

declare global {
  interface Window {
    readonly hailgrid: TestHook;
  }
}

let readMap: (() => MapTestState) | undefined;

/** Lets tests read the map until the returned function is called. */
export function exposeMap(read: () => MapTestState): () => void {
  readMap = read;
  return () => {
    if (readMap === read) readMap = undefined;
  };
}

const hook: TestHook = {
  get map() {
    return readMap?.() ?? null;
  },
};

/** Makes `window.hailgrid`, before anything is shown. */
export function exposePage(): void {
  Object.defineProperty(window, 'hailgrid', { value: Object.freeze(hook) });
}
