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
 *
 * Shards split into their children and merge again; the rows of those that are retired stay, without an owner. Whoever
 * takes over has a higher epoch than whom it takes over from, so of the claims on one line of descent (a cell, its
 * ancestors, its descendants) the one with the highest epoch is *current*, and no reader has to be told of retirements.
 */
export class ShardMap {
  static readonly empty = new ShardMap(new Map(), []);

  readonly #claims: ReadonlyMap<CellKey, ShardClaim>;
  /** Resolutions that occur, coarsest first. */
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

  /** Whether nothing known on the shard's line of descent is newer than this claim of it. */
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

  /** Who owns the shard that contains the pickup cell; undefined when no shard does or nobody owns it. */
  ownerOf(pickupCell: CellKey): InstanceName | undefined {
    return this.claimContaining(pickupCell)?.owner ?? undefined;
  }

  /** The current claims of one instance, ordered by their cells. */
  ownedBy(owner: InstanceName): ShardClaim[] {
    const own = [...this.#claims].filter(([, claim]) => claim.owner === owner && this.isCurrent(claim));
    return inOrder(own);
  }

  /** The map with every claim that is newer than what it knows (by epoch; an equal epoch is no news). */
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

  /** True when every one of the cells lies in a current shard, or is wholly divided among finer ones. */
  isTotalOver(cells: Iterable<CellKey>): boolean {
    for (const cell of cells) if (!this.#isCovered(cell)) return false;
    return true;
  }

  /** True when no current shard lies inside another, so that a cell has one owner at most. */
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

/** Where a request about a pickup goes: its shard, the epoch to name, the owner. Undefined when nobody owns it now. */
export function route(map: ShardMap, pickupCell: CellKey): OwnedShard | undefined {
  const claim = map.claimContaining(pickupCell);
  return claim === undefined || claim.owner === null ? undefined : { ...claim, owner: claim.owner };
}
