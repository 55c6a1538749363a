import type { Member } from '../member.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { ShardRow } from '../shard-row.ts';

/** The tables as of the last read. */
export interface Snapshot {
  readonly rows: ReadonlyMap<ShardKey, ShardRow>;
  readonly members: ReadonlyMap<InstanceName, Member>;
}

export function snapshotOf(rows: readonly ShardRow[], members: readonly Member[]): Snapshot {
  return {
    rows: new Map(rows.map((row) => [row.shard, row])),
    members: new Map(members.map((member) => [member.instance, member])),
  };
}

/** The live shards of an instance. */
export function shardsOf({ rows }: Snapshot, instance: InstanceName): ShardRow[] {
  return [...rows.values()].filter(({ owner }) => owner === instance);
}
