import { claimCommand } from '../claim-commands.ts';
import type { OwnershipChange, ShardCommand } from '../ownership-change.ts';
import type { Plan } from '../plan-io.ts';
import { mergeCommands, splitCommands } from '../split-merge.ts';
import type { Roster } from './roster.ts';
import { shardsOf, type Snapshot } from './snapshot.ts';

/** The most urgent change that needs no handoff, if any. Less urgent ones wait for the next snapshot. */
export function nextChange(snapshot: Snapshot, roster: Roster, plan: Plan): OwnershipChange | undefined {
  const changes = [
    takeovers(snapshot, roster, plan),
    returns(roster),
    departures(snapshot, roster),
    divisions(snapshot, plan),
  ];
  return changes.find(({ claims, members }) => claims.length + members.length > 0);
}

/**
 * Gives shards without a living owner a new one. Marks dead members as lost, or removes them if they were leaving. Does
 * nothing while no matcher can take over.
 */
function takeovers({ rows }: Snapshot, { takers, dead }: Roster, plan: Plan): OwnershipChange {
  if (takers.length === 0) return { claims: [], members: [] };
  return {
    claims: plan.claim.map(({ shard, owner }) => {
      const row = rows.get(shard);
      return claimCommand(row, shard, owner, (row?.owner ?? null) === null ? 'claimed' : 'reowned');
    }),
    members: dead.map((seen) => ({ seen, state: seen.state === 'leaving' ? null : 'lost' })),
  };
}

function returns({ returning }: Roster): OwnershipChange {
  return { claims: [], members: returning.map((seen) => ({ seen, state: 'active' })) };
}

/** Removes leaving matchers that own nothing. If no other matcher is left, they go at once and release their shards. */
function departures(snapshot: Snapshot, { takers, keepers }: Roster): OwnershipChange {
  const leaving = [...snapshot.members.values()].filter(
    ({ state, instance }) => state === 'leaving' && !keepers.includes(instance),
  );
  const isLastOut = takers.length === 0 && keepers.length === 0;
  const released = isLastOut ? leaving.flatMap(({ instance }) => releases(snapshot, instance)) : [];
  const going = isLastOut
    ? leaving
    : leaving.filter(({ instance }) => shardsOf(snapshot, instance).length === 0);
  return { claims: released, members: going.map((seen) => ({ seen, state: null })) };
}

function releases(snapshot: Snapshot, instance: string): ShardCommand[] {
  return shardsOf(snapshot, instance).map((row) => claimCommand(row, row.shard, null, 'released'));
}

function divisions({ rows }: Snapshot, plan: Plan): OwnershipChange {
  const [split] = plan.split;
  if (split !== undefined) return { claims: splitCommands(rows, split), members: [] };
  const [merge] = plan.merge;
  return { claims: merge === undefined ? [] : mergeCommands(rows, merge), members: [] };
}
