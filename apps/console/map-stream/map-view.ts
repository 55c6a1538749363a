import type { Bounds } from '../protocol/map-messages.ts';

/** How much wider than the screen the view is, as a share of it on each side: what comes in is there already. */
const MARGIN_SHARE = 0.15;
/** How wide a view is at most: the whole world. */
const FULL_CIRCLE_DEG = 360;

/** What a page shows, with a margin. */
export class MapView {
  readonly #south: number;
  readonly #north: number;
  readonly #west: number;
  readonly #widthDeg: number;

  constructor([west, south, east, north]: Bounds) {
    // A map that shows the whole world sends -180 and 180.
    const widthDeg = east >= west ? east - west : east - west + FULL_CIRCLE_DEG;
    const marginLng = widthDeg * MARGIN_SHARE;
    const marginLat = (north - south) * MARGIN_SHARE;
    this.#west = west - marginLng;
    this.#widthDeg = Math.min(FULL_CIRCLE_DEG, widthDeg + 2 * marginLng);
    this.#south = south - marginLat;
    this.#north = north + marginLat;
  }

  contains({ lat, lng }: { readonly lat: number; readonly lng: number }): boolean {
    if (!(lat >= this.#south && lat <= this.#north)) return false;
    const east = (((lng - this.#west) % FULL_CIRCLE_DEG) + FULL_CIRCLE_DEG) % FULL_CIRCLE_DEG;
    return east <= this.#widthDeg;
  }
}
