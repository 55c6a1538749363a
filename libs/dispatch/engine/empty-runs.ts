import { parentKey, pickupCellOf, type CellKey, type Point } from '#libs/geo';

/** At which H3 resolution places are distinguished: cells of about 0.7 km². */
const PLACE_RES = 8;
/** How much one new run weighs in the average of its place. */
const LEARNING_RATE = 0.05;
/** How much one new run weighs in the mean over all places. */
const MEAN_LEARNING_RATE = 0.001;
/** How many places are remembered; the least recently used one is forgotten first. */
export const MAX_PLACES = 10_000;

/**
 * The value of a place: the empty time of drivers after a ride that ended there, compared with the mean. A ride to a
 * place without demand costs more driver time than it lasts.
 *
 * After Z. Xu et al., "Large-scale order dispatch in on-demand ride-hailing platforms", KDD 2018, which learns a value
 * of ending in a place at a time; here the empty time itself is learned, online.
 */
export class EmptyRuns {
  readonly #byPlace = new Map<CellKey, number>();
  #meanS: number | undefined;

  note(rideEnd: Point, emptyS: number): void {
    this.#meanS =
      this.#meanS === undefined ? emptyS : this.#meanS + MEAN_LEARNING_RATE * (emptyS - this.#meanS);
    const place = placeOf(rideEnd);
    const known = this.#byPlace.get(place) ?? this.#meanS;
    this.#byPlace.delete(place);
    this.#byPlace.set(place, known + LEARNING_RATE * (emptyS - known));
    if (this.#byPlace.size <= MAX_PLACES) return;
    for (const oldest of this.#byPlace.keys()) {
      this.#byPlace.delete(oldest);
      return;
    }
  }

  /** Empty seconds after a ride to this place, minus the mean. */
  excessS(rideEnd: Point): number {
    const known = this.#byPlace.get(placeOf(rideEnd));
    return known === undefined || this.#meanS === undefined ? 0 : known - this.#meanS;
  }
}

function placeOf(point: Point): CellKey {
  return parentKey(pickupCellOf(point), PLACE_RES);
}
