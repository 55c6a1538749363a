import { cellKeyAt, chordOfArc, chordSquared, isPoint, putCartesian, type Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { CellGraph } from './cell-graph.ts';
import type { DriverSlots } from './driver-slots.ts';
import { END, type FreeDrivers } from './free-drivers.ts';
import { NearestList } from './nearest-list.ts';

/** At which H3 resolution free drivers are grouped. */
export const SUPPLY_CELL_RES = 9;
/** How far a search for drivers may reach. */
export const MAX_SEARCH_RADIUS_M = 20_000;
/**
 * How many cells a search of that radius may touch: its area divided by that of the smallest cells at that resolution.
 */
export const MAX_SEARCH_CELLS = 32_768;
/** How many drivers one search returns at most. */
export const MAX_NEAREST = 256;

/** How many neighbours of a cell a search visits. */
const DIRECTIONS = 6;
const MAX_STAMP = 0xffff_ffff;

export interface NearestQuery {
  readonly lat: number;
  readonly lng: number;
  readonly k: number;
  readonly radiusM: number;
  /** Product code (see product-codes.ts). */
  readonly product: number;
  readonly isExcluded: ((driverId: DriverId) => boolean) | undefined;
}

/**
 * Exact k nearest drivers: walks outwards from the query's cell, neighbour by neighbour, through every cell that may
 * hold a near enough driver. No driver is missed, because the great circle to it crosses only adjacent cells, none
 * farther away than the driver.
 */
export class NearestSearch {
  readonly #graph: CellGraph;
  readonly #slots: DriverSlots;
  readonly #free: FreeDrivers;
  readonly #found: NearestList;
  readonly #origin = new Float64Array(3);
  readonly #queue: Int32Array;
  /** Number of the search that saw a cell last. */
  readonly #stamps: Uint32Array;
  #stamp = 0;

  constructor(graph: CellGraph, slots: DriverSlots, free: FreeDrivers) {
    this.#graph = graph;
    this.#slots = slots;
    this.#free = free;
    this.#found = new NearestList(slots, MAX_NEAREST);
    this.#queue = new Int32Array(graph.capacity);
    this.#stamps = new Uint32Array(graph.capacity);
  }

  /** The list is valid until the next search. The graph must have room for {@link MAX_SEARCH_CELLS} more cells. */
  run(query: NearestQuery): NearestList {
    putCartesian(this.#origin, 0, query.lat, query.lng);
    this.#found.start(query.k, chordOfArc(query.radiusM) ** 2);
    this.#nextStamp();
    let waiting = 0;
    let end = 0;
    const first = this.#graph.numberOf(cellKeyAt(query.lat, query.lng, SUPPLY_CELL_RES));
    this.#stamps[first] = this.#stamp;
    this.#queue[end++] = first;
    while (waiting < end) {
      const cell = this.#queue[waiting++] as number;
      if (!this.#mayHoldNearer(cell)) continue;
      this.#collect(cell, query);
      for (let direction = 0; direction < DIRECTIONS; direction++) {
        const neighbor = this.#graph.neighbor(cell, direction);
        if (neighbor < 0 || this.#stamps[neighbor] === this.#stamp) continue;
        this.#stamps[neighbor] = this.#stamp;
        this.#queue[end++] = neighbor;
      }
    }
    return this.#found;
  }

  #mayHoldNearer(cell: number): boolean {
    const reach = Math.sqrt(this.#found.limitSquared) + (this.#graph.outerRadiiM[cell] as number);
    return chordSquared(this.#graph.centers, cell, this.#origin, 0) <= reach * reach;
  }

  #collect(cell: number, query: NearestQuery): void {
    for (let slot = this.#free.first(cell); slot !== END; slot = this.#free.after(slot)) {
      if (this.#slots.products[slot] !== query.product) continue;
      const square = chordSquared(this.#slots.places, slot, this.#origin, 0);
      if (!this.#found.wants(slot, square)) continue;
      const driverId = this.#slots.idOf(slot);
      if (driverId === undefined || query.isExcluded?.(driverId) === true) continue;
      this.#found.add(slot, square);
    }
  }

  #nextStamp(): void {
    if (this.#stamp === MAX_STAMP) {
      this.#stamps.fill(0);
      this.#stamp = 0;
    }
    this.#stamp++;
  }
}

/**
 * Throws a RangeError for an invalid place, for k beyond {@link MAX_NEAREST} and a radius beyond {@link
 * MAX_SEARCH_RADIUS_M}.
 */
export function checkSearch({ lat, lng }: Point, k: number, radiusM: number): void {
  if (!isPoint(lat, lng)) throw new RangeError(`no such place: ${lat}, ${lng}`);
  if (!Number.isInteger(k) || k < 1 || k > MAX_NEAREST) throw new RangeError(`k must be 1 to ${MAX_NEAREST}`);
  if (!(radiusM >= 0 && radiusM <= MAX_SEARCH_RADIUS_M))
    throw new RangeError(`radiusM must be 0 to ${MAX_SEARCH_RADIUS_M}`);
}
