import { cellKeyAt, type Point } from '#libs/geo';
import { FadingEffects } from './fading-effects.ts';

const MS_PER_DAY = 24 * 3_600_000;
/** How large a place is whose rides are learned together: 0.7 km² for one end of a ride … */
const END_CELL_RES = 8;
/** … and 5 km² for a pair of ends. */
const PAIR_CELL_RES = 7;
/** Which street time the shortest class of rides has; each further class has twice the time of the one before. */
const SHORTEST_CLASS_S = 60;
/** How many classes of length there are. */
export const LENGTH_CLASSES = 8;

/** How much rides are believed to differ by length and place, for how long, and how many places are remembered. */
const LENGTH = { sd: 0.15, halfLifeMs: 28 * MS_PER_DAY, maxMembers: LENGTH_CLASSES };
const END = { sd: 0.07, halfLifeMs: 14 * MS_PER_DAY, maxMembers: 5_000 };
const PAIR = { sd: 0.07, halfLifeMs: 14 * MS_PER_DAY, maxMembers: 20_000 };

/** What is known of a ride before it begins. */
export interface RideQuestion {
  readonly pickup: Point;
  readonly dropoff: Point;
  /** When it begins, or about when. */
  readonly atMs: number;
  /** What the street network says. */
  readonly streetS: number;
}

/** An effect that a ride has, and how much of it. */
export interface Feature {
  readonly effects: FadingEffects;
  readonly key: string;
  readonly share: number;
}

/** What makes a ride differ from others of the same hour: its length and its ends. */
export class RideFeatures {
  readonly length = new FadingEffects(LENGTH);
  readonly pickup = new FadingEffects(END);
  readonly dropoff = new FadingEffects(END);
  readonly pair = new FadingEffects(PAIR);

  /** Between two classes of length, each counts by how near it is. */
  of({ pickup, dropoff, streetS }: RideQuestion): Feature[] {
    const from = cellKeyAt(pickup.lat, pickup.lng, PAIR_CELL_RES);
    const to = cellKeyAt(dropoff.lat, dropoff.lng, PAIR_CELL_RES);
    const place = lengthPlaceOf(streetS);
    const shorter = Math.floor(place);
    const share = place - shorter;
    return [
      { effects: this.length, key: String(shorter), share: 1 - share },
      ...(share > 0 ? [{ effects: this.length, key: String(shorter + 1), share }] : []),
      { effects: this.pickup, key: String(cellKeyAt(pickup.lat, pickup.lng, END_CELL_RES)), share: 1 },
      { effects: this.dropoff, key: String(cellKeyAt(dropoff.lat, dropoff.lng, END_CELL_RES)), share: 1 },
      { effects: this.pair, key: `${from}>${to}`, share: 1 },
    ];
  }
}

/** The class of length nearest to a street time, from 0 to below {@link LENGTH_CLASSES}. */
export function lengthClassOf(streetS: number): number {
  return Math.round(lengthPlaceOf(streetS));
}

/** Where a street time is between the classes of length. */
function lengthPlaceOf(streetS: number): number {
  const place = Math.log2(Math.max(1, streetS) / SHORTEST_CLASS_S);
  return Math.min(LENGTH_CLASSES - 1, Math.max(0, place));
}
