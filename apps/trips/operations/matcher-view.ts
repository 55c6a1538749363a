import { toTimestamp, type MatcherView } from '#libs/contracts';
import type { MemberRow } from '#libs/store';
import type { Planner } from '../ownership/planner.ts';

const MS_PER_S = 1_000;

/** A member with the loads from the heartbeats that this process has received. */
export function matcherView(member: MemberRow, shards: number, planner: Planner, nowMs: number): MatcherView {
  const { heardAtMs, loads, roundP99Ms, driversInDeadPart } = planner.knowledgeOf(member.instance);
  const busyMsPerS = [...loads.values()].reduce((sum, { busyMsPerS }) => sum + busyMsPerS, 0);
  return {
    matcher: member.instance,
    incarnation: member.incarnation,
    state: member.state,
    since: toTimestamp(Math.max(0, member.changedAtMs)),
    shards,
    heard_s_ago: heardAtMs === -Infinity ? null : Math.max(0, nowMs - heardAtMs) / MS_PER_S,
    busy_ms_per_s: busyMsPerS,
    round_p99_ms: roundP99Ms ?? null,
    drivers_in_dead_part: driversInDeadPart ?? null,
  };
}
