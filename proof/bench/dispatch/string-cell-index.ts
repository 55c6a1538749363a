import { greatCircleM, type Point } from '#libs/geo';
import { gridRing, latLngToCell } from 'h3-js';
import type { DriverId } from '#libs/trip';
import type { CityPing } from './city.ts';

const RES = 9;
const MAX_RINGS = 30;

interface Found {
  readonly driverId: DriverId;
  readonly distanceM: number;
}

/** The idiomatic index to compare with: Maps keyed by H3 strings, rings of cells around the pickup, then a sort. */
export class StringCellIndex {
  readonly #cells = new Map<string, Map<DriverId, Point>>();
  readonly #cellOf = new Map<DriverId, string>();

  applyPosition({ driverId, lat, lng }: CityPing): void {
    const cell = latLngToCell(lat, lng, RES);
    const before = this.#cellOf.get(driverId);
    if (before !== undefined && before !== cell) this.#cells.get(before)?.delete(driverId);
    this.#cellOf.set(driverId, cell);
    let members = this.#cells.get(cell);
    if (members === undefined) this.#cells.set(cell, (members = new Map()));
    members.set(driverId, { lat, lng });
  }

  /** Stops two rings after it has enough drivers: exact enough for a comparison. */
  nearest(point: Point, k: number): Found[] {
    const center = latLngToCell(point.lat, point.lng, RES);
    const found: Found[] = [];
    let ringsLeft = MAX_RINGS;
    for (let ring = 0; ringsLeft-- > 0; ring++) {
      const before = found.length;
      for (const cell of gridRing(center, ring)) {
        for (const [driverId, at] of this.#cells.get(cell) ?? []) {
          found.push({ driverId, distanceM: greatCircleM(point, at) });
        }
      }
      if (before < k && found.length >= k) ringsLeft = 2;
    }
    return found.sort((a, b) => a.distanceM - b.distanceM).slice(0, k);
  }
}
