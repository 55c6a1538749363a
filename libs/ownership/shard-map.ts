import { cellKeyFromH3, cellKeyRes, childKeys, parentKey, type CellKey } from '#libs/geo';
import type { OwnedShard, InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';

/** What a merge did: the map that knows the news, and the claims that were news. */
export interface MergedShardMap {
  readonly map: ShardMap;
  readonly changed: readonly ShardClaim[];
}

/**
 * The latest known claim of every shard, as an immutable value. It only ever takes higher epochs, so maps that have
 * heard the same claims are the same, whatever the order, the repeats and the batches in which they heard them.
 */
export class ShardMap {
  static readonly empty = new ShardMap(new Map());

  readonly #claims: ReadonlyMap<CellKey, ShardClaim>;
  /** Resolutions that occur, coarsest first. */
  readonly #resolutions: readonly number[];

  private constructor(claims: ReadonlyMap<CellKey, ShardClaim>) {
    this.#claims = claims;
    this.#resolutions = [...new Set([...claims.keys()].map(cellKeyRes))].sort((a, b) => a - b);
  }

  static of(claims: Iterable<ShardClaim>): ShardMap {
    return ShardMap.empty.merge(claims).map;
  }

  get size(): number {
    return this.#claims.size;
  }

  /** All claims, ordered by their cells, coarser ones first. */
  claims(): ShardClaim[] {
    return [...this.#claims].sort(([a], [b]) => a - b).map(([, claim]) => claim);
  }

  /** The claim of exactly this shard. */
  claim(shard: ShardKey): ShardClaim | undefined {
    return this.#claims.get(cellKeyFromH3(shard));
  }

  /** The claim of the one shard that contains the cell (logically; a shard contains itself). */
  claimContaining(cell: CellKey): ShardClaim | undefined {
    const res = cellKeyRes(cell);
    for (const shardRes of this.#resolutions) {
      const claim = shardRes <= res ? this.#claims.get(parentKey(cell, shardRes)) : undefined;
      if (claim !== undefined) return claim;
    }
    return undefined;
  }

  /** Who owns the shard that contains the pickup cell; undefined when no shard does or nobody owns it. */
  ownerOf(pickupCell: CellKey): InstanceName | undefined {
    return this.claimContaining(pickupCell)?.owner ?? undefined;
  }

  /** The shards of one instance, ordered by their cells. */
  ownedBy(owner: InstanceName): ShardClaim[] {
    return this.claims().filter((claim) => claim.owner === owner);
  }

  /** The map with every claim that is newer than what it knows (by epoch; an equal epoch is no news). */
  merge(claims: Iterable<ShardClaim>): MergedShardMap {
    const merged = new Map(this.#claims);
    const changed = new Map<CellKey, ShardClaim>();
    for (const claim of claims) {
      const key = cellKeyFromH3(claim.shard);
      const known = merged.get(key);
      if (known !== undefined && known.epoch >= claim.epoch) continue;
      merged.set(key, claim);
      changed.set(key, claim);
    }
    if (changed.size === 0) return { map: this, changed: [] };
    return { map: new ShardMap(merged), changed: [...changed.values()] };
  }

  /** True when every one of the cells lies in a shard, or is wholly divided among finer shards. */
  isTotalOver(cells: Iterable<CellKey>): boolean {
    const finest = this.#resolutions.at(-1);
    const isCovered = (cell: CellKey): boolean => {
      if (this.claimContaining(cell) !== undefined) return true;
      return finest !== undefined && cellKeyRes(cell) < finest && childKeys(cell).every(isCovered);
    };
    for (const cell of cells) if (!isCovered(cell)) return false;
    return true;
  }

  /** True when no shard lies inside another, so that a cell has one owner at most. */
  isPrefixFree(): boolean {
    for (const key of this.#claims.keys()) {
      const res = cellKeyRes(key);
      if (this.#resolutions.some((coarser) => coarser < res && this.#claims.has(parentKey(key, coarser))))
        return false;
    }
    return true;
  }
}

/** Where a request about a pickup goes: its shard, the epoch to name, the owner. Undefined when nobody owns it now. */
export function route(map: ShardMap, pickupCell: CellKey): OwnedShard | undefined {
  const claim = map.claimContaining(pickupCell);
  return claim === undefined || claim.owner === null ? undefined : { ...claim, owner: claim.owner };
}
