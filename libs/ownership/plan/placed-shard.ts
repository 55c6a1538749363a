import {
  cellCenter,
  cellKeyFromH3,
  cellKeyRes,
  METERS_PER_DEGREE,
  neighborKeys,
  parentKey,
  wrapLngDelta,
  type CellKey,
} from '#libs/geo';
import type { ShardKey } from '../shard-claim.ts';

/** A shard with its centre on a plane, metres east and north of the first shard: good enough to say what is near. */
export interface PlacedShard {
  readonly shard: ShardKey;
  readonly x: number;
  readonly y: number;
}

/** The distinct cells, ordered, on one plane. */
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

/** Which of the shards border on which, whatever their resolutions, in the order of the shards. */
export function neighborsAmong(shards: readonly PlacedShard[]): Map<PlacedShard, Set<PlacedShard>> {
  const byKey = new Map(shards.map((placed) => [cellKeyFromH3(placed.shard), placed]));
  const coarsest = Math.min(...[...byKey.keys()].map(cellKeyRes));
  const neighbors = new Map(shards.map((placed) => [placed, new Set<PlacedShard>()]));
  for (const [key, placed] of byKey) {
    for (const neighbor of neighborKeys(key)) {
      // A coarser neighbour is found from its finer one, and noted for both.
      const other = holderOf(byKey, neighbor, coarsest);
      if (other === undefined || other === placed) continue;
      neighbors.get(placed)?.add(other);
      neighbors.get(other)?.add(placed);
    }
  }
  return neighbors;
}

function holderOf(
  byKey: ReadonlyMap<CellKey, PlacedShard>,
  cell: CellKey,
  coarsest: number,
): PlacedShard | undefined {
  for (let res = cellKeyRes(cell); res >= coarsest; res--) {
    const holder = byKey.get(parentKey(cell, res));
    if (holder !== undefined) return holder;
  }
  return undefined;
}
