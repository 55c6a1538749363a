import { ETA_STEP_S, LONG_ETA_S, LONG_ETA_STEP_S, MIN_ETA_S, type PickupEtaRequest } from '#libs/contracts';
import { MAX_SEARCH_RADIUS_M, type RoundParams, type SupplyIndex } from '#libs/dispatch';
import {
  cellCenter,
  childKeys,
  greatCircleM,
  parentKey,
  pickupCellOf,
  questionOfPickup,
  type CellKey,
  type EtaProvider,
  type Point,
} from '#libs/geo';

/** To which H3 cell a free driver's place is coarsened for a quote: about a kilometre across. */
export const CAR_CELL_RES = 8;
/** How long an answer holds, and a car's cell: less, and a moving car would be timed from cell to cell. */
export const ETA_HOLD_MS = 20_000;
/** How many answers are held at once; further ones are computed each time, from cars' cells as ever. */
const MAX_HELD_ETAS = 20_000;
/** How many cars' cells are held at once; of further ones the present cell counts. */
const MAX_HELD_CARS = 50_000;
/** No place in a car's cell is farther from its centre. */
const CELL_REACH_M = 650;

export type EtaQuestion = Pick<PickupEtaRequest, 'pickup' | 'product'>;

/**
 * Pickup times for quotes that tell where a car is to its cell and no nearer, however many are asked. Every answer is
 * computed from the cell of the pickup and the cells of cars, in steps, and holds for a while; no exact position goes
 * into it. Rounding alone would not do: the car is where the answers to many pickups agree. Matching uses exact values.
 */
export class CoarsePickupEtas {
  readonly #supply: SupplyIndex;
  readonly #etas: EtaProvider;
  readonly #params: RoundParams;
  #period = -Infinity;
  #answers = new Map<string, Promise<number | null>>();
  #cars = new Map<string, CellKey>();

  constructor(supply: SupplyIndex, etas: EtaProvider, params: RoundParams) {
    this.#supply = supply;
    this.#etas = etas;
    this.#params = params;
  }

  /**
   * Seconds until the nearest free driver can be at the pickup; null if none can arrive within `maxPickupEtaS`.
   */
  async ask({ pickup, product }: EtaQuestion, nowMs: number): Promise<number | null> {
    this.#begin(Math.floor(nowMs / ETA_HOLD_MS));
    const cell = pickupCellOf(pickup);
    const key = `${product} ${cell}`;
    const held = this.#answers.get(key);
    if (held !== undefined) return held;
    const answer = this.#compute(cellCenter(cell), product, nowMs);
    if (this.#answers.size < MAX_HELD_ETAS) this.#answers.set(key, answer);
    // A failed question is asked again.
    answer.catch(() => this.#answers.delete(key));
    return answer;
  }

  /** All answers and cells change at the same moments, so that pickups asked one by one are no film of a car. */
  #begin(period: number): void {
    if (period === this.#period) return;
    this.#period = period;
    this.#answers = new Map();
    this.#cars = new Map();
  }

  async #compute(pickup: Point, product: string, nowMs: number): Promise<number | null> {
    const { maxPickupEtaS } = this.#params;
    const places = [...this.#carCellsAround(pickup, product)].map((cell) => childKeys(cell).map(cellCenter));
    const seconds = await this.#etas.etas(questionOfPickup(pickup, places.flat()), nowMs);
    let first = 0;
    let etaS = Infinity;
    for (const { length } of places) {
      etaS = Math.min(etaS, medianOfFinite(seconds.subarray(first, first + length)));
      first += length;
    }
    return etaS <= maxPickupEtaS ? shownEtaS(etaS) : null;
  }

  /** The radius is compared with the cell's centre too: the edge of an exact one would be a ruler. */
  #carCellsAround(pickup: Point, product: string): Set<CellKey> {
    const { candidatesPerTrip: k, pickupRadiusM } = this.#params;
    const radiusM = Math.min(MAX_SEARCH_RADIUS_M, pickupRadiusM + CELL_REACH_M);
    const cells = new Set<CellKey>();
    for (const { driverId, point } of this.#supply.nearest(pickup, { k, radiusM, product })) {
      const cell = this.#cars.get(driverId) ?? parentKey(pickupCellOf(point), CAR_CELL_RES);
      if (this.#cars.size < MAX_HELD_CARS) this.#cars.set(driverId, cell);
      if (greatCircleM(cellCenter(cell), pickup) <= pickupRadiusM) cells.add(cell);
    }
    return cells;
  }
}

/** Places of the cell without a route, as in a river, do not count. */
function medianOfFinite(seconds: Float64Array): number {
  const finite = seconds.filter(Number.isFinite).sort();
  return finite[Math.floor(finite.length / 2)] ?? Infinity;
}

/** The time in the steps of a quote. */
export function shownEtaS(etaS: number): number {
  const stepS = etaS > LONG_ETA_S ? LONG_ETA_STEP_S : ETA_STEP_S;
  return Math.max(MIN_ETA_S, Math.round(etaS / stepS) * stepS);
}
