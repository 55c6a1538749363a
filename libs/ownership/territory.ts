import type { PlacedShard } from './placed-shard.ts';
import type { InstanceName } from './shard-claim.ts';

/** What an instance holds while a plan is made, and how much it shall hold. */
export interface Territory {
  readonly owner: InstanceName;
  quota: number;
  shards: PlacedShard[];
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * Fills the taker to its quota with what the givers have beyond theirs, nearest to its own centre first. Changes the taker
 * and the givers.
 */
export function takeNearest(taker: Territory, givers: readonly Territory[]): void {
  const giving = givers.filter(({ quota, shards }) => shards.length > quota);
  const center = taker.shards.length > 0 ? centroid(taker.shards) : foundingPlace(giving);
  const offers = giving
    .flatMap((giver) =>
      giver.shards.map((placed) => ({ giver, placed, distance: squaredDistance(placed, center) })),
    )
    .sort((a, b) => a.distance - b.distance);
  const taken = new Set<PlacedShard>();
  const givenBy = new Map<Territory, number>();
  for (const { giver, placed } of offers) {
    if (taker.shards.length >= taker.quota) break;
    const given = givenBy.get(giver) ?? 0;
    if (giver.shards.length - given <= giver.quota) continue;
    givenBy.set(giver, given + 1);
    taken.add(placed);
    taker.shards.push(placed);
  }
  for (const giver of givenBy.keys()) giver.shards = giver.shards.filter((placed) => !taken.has(placed));
}

/**
 * Where a new territory starts: in a far corner of a single giver, so that what remains hangs together; among several,
 * between them, where pieces of all can meet.
 */
function foundingPlace(giving: readonly Territory[]): Place {
  const center = centroid(giving.flatMap(({ shards }) => shards));
  const [only, ...others] = giving;
  if (only === undefined || others.length > 0) return center;
  return only.shards.reduce<Place>(
    (farthest, placed) =>
      squaredDistance(placed, center) > squaredDistance(farthest, center) ? placed : farthest,
    center,
  );
}

function centroid(shards: readonly PlacedShard[]): Place {
  let [x, y] = [0, 0];
  for (const shard of shards) {
    x += shard.x;
    y += shard.y;
  }
  return { x: x / shards.length, y: y / shards.length };
}

function squaredDistance(a: Place, b: Place): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}
