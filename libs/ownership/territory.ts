import type { PlacedShard } from './placed-shard.ts';
import type { InstanceName } from './shard-claim.ts';

/** What an instance holds while a plan is made, and how much it shall hold. */
export interface Territory {
  /** Null for the shards that nobody holds. */
  readonly owner: InstanceName | null;
  readonly quota: number;
  readonly shards: Set<PlacedShard>;
}

/** A place on the plane of the shards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** What a territory holds beyond its quota. */
export function surplus({ quota, shards }: Territory): number {
  return Math.max(0, shards.size - quota);
}

/** The mean of the places. */
export function centroid(places: Iterable<Place>): Place {
  let [x, y, count] = [0, 0, 0];
  for (const place of places) {
    x += place.x;
    y += place.y;
    count++;
  }
  return { x: x / count, y: y / count };
}

export function squaredDistance(a: Place, b: Place): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}

/** The one with the highest score, the first of equals; undefined of none. */
export function best<T>(items: Iterable<T>, score: (item: T) => number): T | undefined {
  let winner: T | undefined;
  let highest = -Infinity;
  for (const item of items) {
    const reached = score(item);
    if (winner !== undefined && reached <= highest) continue;
    winner = item;
    highest = reached;
  }
  return winner;
}
