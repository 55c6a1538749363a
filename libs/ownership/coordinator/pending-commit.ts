import type { CoordinatorReport } from '../coordinator-io.ts';
import type { OwnershipChange } from '../ownership-change.ts';
import type { InstanceName, ShardClaim } from '../shard-claim.ts';
import type { RunningHandoff } from './handoffs.ts';
import type { Snapshot } from './snapshot.ts';

/** A commit that was requested and not yet answered. */
export interface PendingCommit {
  readonly id: number;
  readonly change: OwnershipChange;
  readonly askedAtMs: number;
  /** The handoff that it completes, if any. */
  readonly handoff: RunningHandoff | undefined;
}

/** Reports to operators about a committed change. */
export function reportsOf(
  { claims, members }: OwnershipChange,
  snapshot: Snapshot | undefined,
  silentMsOf: (instance: InstanceName) => number,
): CoordinatorReport[] {
  const reports: CoordinatorReport[] = [];
  const changed: ShardClaim[] = claims.map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
  if (changed.length > 0) reports.push({ event: 'claims_changed', claims: changed });
  for (const { seen, state } of members) {
    const { instance } = seen;
    if (state === 'active') reports.push({ event: 'matcher_returned', instance });
    if (state === 'lost') reports.push({ event: 'matcher_lost', instance, silentMs: silentMsOf(instance) });
  }
  for (const [from, shards] of reownedFrom(claims, snapshot))
    reports.push({ event: 'shards_reowned', from, shards, silentMs: silentMsOf(from) });
  for (const { kind, retired, shard } of claims) {
    if (kind === 'split' && retired) reports.push({ event: 'shard_split', parent: shard });
    if (kind === 'merged' && !retired) reports.push({ event: 'shards_merged', parent: shard });
  }
  return reports;
}

function reownedFrom(
  claims: OwnershipChange['claims'],
  snapshot: Snapshot | undefined,
): Map<InstanceName, number> {
  const counts = new Map<InstanceName, number>();
  for (const { shard, kind } of claims) {
    const from = snapshot?.rows.get(shard)?.owner ?? null;
    if (kind === 'reowned' && from !== null) counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  return counts;
}
