import { cellKeyFromH3, cellKeyRes, cellKeyToH3, childKeys, parentKey } from '#libs/geo';
import type { ClaimKind, ShardCommand } from './ownership-change.ts';
import type { ShardKey } from './shard-claim.ts';
import type { ShardRow } from './shard-row.ts';

/** The shards that a shard splits into. */
export function childShards(shard: ShardKey): ShardKey[] {
  return childKeys(cellKeyFromH3(shard)).map(cellKeyToH3);
}

/** The shard that a shard merges into. */
export function parentShard(shard: ShardKey): ShardKey {
  const key = cellKeyFromH3(shard);
  return cellKeyToH3(parentKey(key, cellKeyRes(key) - 1));
}

/**
 * Replaces a shard by its children, with the same owner. Each child's epoch is above the parent's and above its own
 * former one, so that it is the newest on its line of descent.
 */
export function splitCommands(rows: ReadonlyMap<ShardKey, ShardRow>, parent: ShardKey): ShardCommand[] {
  const row = rows.get(parent);
  if (row === undefined || row.retired) throw new RangeError(`${parent} is not a live shard to split`);
  const retiredEpoch = row.epoch + 1;
  const children = childShards(parent).map((shard): ShardCommand => {
    const known = rows.get(shard);
    return {
      shard,
      owner: row.owner,
      epoch: Math.max(retiredEpoch, known?.epoch ?? 0) + 1,
      seenEpoch: known?.epoch ?? null,
      retired: false,
      kind: 'split',
    };
  });
  return [retire(row, 'split'), ...children];
}

/** Replaces the children of a shard, which all have one owner, by the shard. */
export function mergeCommands(rows: ReadonlyMap<ShardKey, ShardRow>, parent: ShardKey): ShardCommand[] {
  const row = rows.get(parent);
  const children = childShards(parent).map((shard) => rows.get(shard));
  const retirements = children.flatMap((child) =>
    child === undefined || child.retired ? [] : [retire(child, 'merged')],
  );
  const owner = children[0]?.owner ?? null;
  if (row?.retired === false || retirements.length !== children.length)
    throw new RangeError(`the children of ${parent} are not all live shards`);
  if (children.some((child) => child?.owner !== owner))
    throw new RangeError(`the children of ${parent} have several owners`);
  const newest = Math.max(row?.epoch ?? 0, ...retirements.map(({ epoch }) => epoch));
  const seenEpoch = row?.epoch ?? null;
  return [
    ...retirements,
    { shard: parent, owner, epoch: newest + 1, seenEpoch, retired: false, kind: 'merged' },
  ];
}

function retire({ shard, epoch }: ShardRow, kind: ClaimKind): ShardCommand {
  return { shard, owner: null, epoch: epoch + 1, seenEpoch: epoch, retired: true, kind };
}
