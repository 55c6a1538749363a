import type { Liveness } from '../liveness.ts';
import type { Member } from '../member.ts';
import type { InstanceName } from '../shard-claim.ts';
import type { Snapshot } from './snapshot.ts';

/** The members, grouped by what the planner may do with them. */
export interface Roster {
  /** Alive and active: may get shards. */
  readonly takers: readonly InstanceName[];
  /** Alive, and must hand over their shards. */
  readonly leavers: readonly InstanceName[];
  /** Suspect, or drained with no matcher to take over: keep their shards. */
  readonly keepers: readonly InstanceName[];
  /** Silent for too long. */
  readonly dead: readonly Member[];
  /** Lost, and now heard again for long enough. */
  readonly returning: readonly Member[];
}

export function rosterOf({ members }: Snapshot, liveness: Liveness, nowMs: number): Roster {
  const takers: InstanceName[] = [];
  const leavers: Member[] = [];
  const keepers: InstanceName[] = [];
  const dead: Member[] = [];
  const returning: Member[] = [];
  for (const member of members.values()) {
    const { instance, state } = member;
    const health = liveness.healthOf(instance);
    if (state === 'lost') {
      if (liveness.isSteady(member, nowMs)) returning.push(member);
    } else if (health === 'dead') dead.push(member);
    else if (health === 'suspect') keepers.push(instance);
    else if (state === 'active') takers.push(instance);
    else leavers.push(member);
  }
  const staying = takers.length > 0 ? [] : leavers.filter(({ state }) => state === 'drained');
  return {
    takers,
    leavers: leavers.filter((member) => !staying.includes(member)).map(({ instance }) => instance),
    keepers: [...keepers, ...staying.map(({ instance }) => instance)],
    dead,
    returning,
  };
}
