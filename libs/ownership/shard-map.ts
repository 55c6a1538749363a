import { cellKeyFromH3, cellKeyRes, childKeys, parentKey, type CellKey } from '#libs/geo';
import type { OwnedShard, InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';

/** Result of a merge: the updated map, and the claims that changed it. */
export interface MergedShardMap {
  readonly map: ShardMap;
  readonly changed: readonly ShardClaim[];
}

/**
 * The latest known claim of every shard, as an immutable value. A merge accepts only higher epochs, so maps that
 * received the same claims are equal, for any order, repeats and batches.
 *
 * Shards split into their children and merge again; retired shards keep their rows, without an owner. A replacement has
 * a higher epoch than the shards it replaces, so on one line of descent (a cell, its ancestors, its descendants) the
 * claim with the highest epoch is *current*. Readers need no notice of retirements.
 */
export class ShardMap {
  static readonly empty = new ShardMap(new Map(), []);

  readonly #claims: ReadonlyMap<CellKey, ShardClaim>;
  /** Resolutions in use, coarsest first. */
  readonly #resolutions: readonly number[];

  private constructor(claims: ReadonlyMap<CellKey, ShardClaim>, resolutions: readonly number[]) {
    this.#claims = claims;
    this.#resolutions = resolutions;
  }

  static of(claims: Iterable<ShardClaim>): ShardMap {
    return ShardMap.empty.merge(claims).map;
  }

  get size(): number {
    return this.#claims.size;
  }

  /** All claims, retired ones too, ordered by their cells, coarser ones first. */
  claims(): ShardClaim[] {
    return inOrder(this.#claims);
  }

  /** The claim of exactly this shard. */
  claim(shard: ShardKey): ShardClaim | undefined {
    return this.#claims.get(cellKeyFromH3(shard));
  }

  /** Whether no known claim on the shard's line of descent is newer than this one. */
  isCurrent(claim: ShardClaim): boolean {
    const key = cellKeyFromH3(claim.shard);
    return this.#newestAbove(key) === claim.epoch && !this.#isSupersededBelow(key, claim.epoch);
  }

  /** The newest claim on a shard that contains the cell (logically; a shard contains itself). */
  claimContaining(cell: CellKey): ShardClaim | undefined {
    const res = cellKeyRes(cell);
    let newest: ShardClaim | undefined;
    for (const shardRes of this.#resolutions) {
      const claim = shardRes <= res ? this.#claims.get(parentKey(cell, shardRes)) : undefined;
      if (claim !== undefined && claim.epoch > (newest?.epoch ?? -1)) newest = claim;
    }
    return newest;
  }

  /** The owner of the shard that contains the pickup cell; undefined without such a shard or owner. */
  ownerOf(pickupCell: CellKey): InstanceName | undefined {
    return this.claimContaining(pickupCell)?.owner ?? undefined;
  }

  /** The current claims of one instance, ordered by their cells. */
  ownedBy(owner: InstanceName): ShardClaim[] {
    const own = [...this.#claims].filter(([, claim]) => claim.owner === owner && this.isCurrent(claim));
    return inOrder(own);
  }

  /** Adds every claim with a higher epoch than the known one; an equal epoch is no news. */
  merge(claims: Iterable<ShardClaim>): MergedShardMap {
    const changed = new Map<CellKey, ShardClaim>();
    for (const claim of claims) {
      const key = cellKeyFromH3(claim.shard);
      const known = changed.get(key) ?? this.#claims.get(key);
      if (known === undefined || known.epoch < claim.epoch) changed.set(key, claim);
    }
    if (changed.size === 0) return { map: this, changed: [] };
    const resolutions = new Set([...this.#resolutions, ...[...changed.keys()].map(cellKeyRes)]);
    const map = new ShardMap(
      new Map([...this.#claims, ...changed]),
      [...resolutions].sort((a, b) => a - b),
    );
    return { map, changed: [...changed.values()] };
  }

  /** True if each of the cells lies in a current shard, or is fully covered by finer ones. */
  isTotalOver(cells: Iterable<CellKey>): boolean {
    for (const cell of cells) if (!this.#isCovered(cell)) return false;
    return true;
  }

  /** True if no current shard lies inside another, so that a cell has at most one owner. */
  isPrefixFree(): boolean {
    for (const [key, claim] of this.#claims) {
      if (!this.isCurrent(claim)) continue;
      for (const ancestor of this.#ancestors(key)) if (this.isCurrent(ancestor)) return false;
    }
    return true;
  }

  #isCovered(cell: CellKey): boolean {
    const claim = this.claimContaining(cell);
    if (claim !== undefined && this.isCurrent(claim)) return true;
    const finest = this.#resolutions.at(-1) ?? 0;
    return cellKeyRes(cell) < finest && childKeys(cell).every((child) => this.#isCovered(child));
  }

  *#ancestors(key: CellKey): Iterable<ShardClaim> {
    const res = cellKeyRes(key);
    for (const coarser of this.#resolutions) {
      const claim = coarser < res ? this.#claims.get(parentKey(key, coarser)) : undefined;
      if (claim !== undefined) yield claim;
    }
  }

  /** The highest epoch among a shard and those that contain it. */
  #newestAbove(key: CellKey): number {
    let newest = this.#claims.get(key)?.epoch ?? -1;
    for (const { epoch } of this.#ancestors(key)) newest = Math.max(newest, epoch);
    return newest;
  }

  #isSupersededBelow(key: CellKey, epoch: number): boolean {
    const finest = this.#resolutions.at(-1) ?? 0;
    if (cellKeyRes(key) >= finest) return false;
    return childKeys(key).some(
      (child) => (this.#claims.get(child)?.epoch ?? -1) > epoch || this.#isSupersededBelow(child, epoch),
    );
  }
}

function inOrder(claims: Iterable<[CellKey, ShardClaim]>): ShardClaim[] {
  return [...claims].sort(([a], [b]) => a - b).map(([, claim]) => claim);
}

/** Where to send a request about a pickup: shard, epoch and owner. Undefined while the shard has no owner. */
export function route(map: ShardMap, pickupCell: CellKey): OwnedShard | undefined {
  const claim = map.claimContaining(pickupCell);
  return claim === undefined || claim.owner === null ? undefined : { ...claim, owner: claim.owner };
}
