import { cellCenter, cellKeyFromH3, METERS_PER_DEGREE, wrapLngDelta } from '#libs/geo';
import type { ShardKey } from '../shard-claim.ts';

/**
 * A shard with its centre on a plane, in metres east and north of the first shard; accurate enough to compare
 * distances.
 */
export interface PlacedShard {
  readonly shard: ShardKey;
  readonly x: number;
  readonly y: number;
}

/** Places the distinct cells, in order, on one plane. */
export function placeShards(cells: Iterable<ShardKey>): PlacedShard[] {
  const shards = [...new Set(cells)].sort((a, b) => cellKeyFromH3(a) - cellKeyFromH3(b));
  const first = shards[0];
  if (first === undefined) return [];
  const origin = cellCenter(cellKeyFromH3(first));
  const metersPerLng = METERS_PER_DEGREE * Math.cos((origin.lat * Math.PI) / 180);
  return shards.map((shard) => {
    const { lat, lng } = cellCenter(cellKeyFromH3(shard));
    return {
      shard,
      x: wrapLngDelta(lng - origin.lng) * metersPerLng,
      y: (lat - origin.lat) * METERS_PER_DEGREE,
    };
  });
}
