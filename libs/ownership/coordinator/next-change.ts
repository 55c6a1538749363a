import { claimCommand } from '../claim-commands.ts';
import type { OwnershipChange, ShardCommand } from '../ownership-change.ts';
import type { Plan } from '../plan-io.ts';
import { mergeCommands, splitCommands } from '../split-merge.ts';
import type { Roster } from './roster.ts';
import { shardsOf, type Snapshot } from './snapshot.ts';

/**
 * The most pressing change that needs no handing over; undefined where there is none. What comes later in this order
 * waits for the next snapshot.
 */
export function nextChange(snapshot: Snapshot, roster: Roster, plan: Plan): OwnershipChange | undefined {
  const changes = [
    rescued(snapshot, roster, plan),
    returned(roster),
    farewells(snapshot, roster),
    divided(snapshot, plan),
  ];
  return changes.find(({ claims, members }) => claims.length + members.length > 0);
}

/** Shards without a living owner get one, and the dead are struck off. Not while there is nobody to take over. */
function rescued({ rows }: Snapshot, { takers, dead }: Roster, plan: Plan): OwnershipChange {
  if (takers.length === 0) return { claims: [], members: [] };
  return {
    claims: plan.claim.map(({ shard, owner }) => {
      const row = rows.get(shard);
      return claimCommand(row, shard, owner, (row?.owner ?? null) === null ? 'claimed' : 'reowned');
    }),
    members: dead.map((seen) => ({ seen, state: seen.state === 'leaving' ? null : 'lost' })),
  };
}

function returned({ returning }: Roster): OwnershipChange {
  return { claims: [], members: returning.map((seen) => ({ seen, state: 'active' })) };
}

/** Who wanted to go and has nothing left goes; the last ones of all leave their shards to whoever comes. */
function farewells(snapshot: Snapshot, { takers, keepers }: Roster): OwnershipChange {
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

function divided({ rows }: Snapshot, plan: Plan): OwnershipChange {
  const [split] = plan.split;
  if (split !== undefined) return { claims: splitCommands(rows, split), members: [] };
  const [merge] = plan.merge;
  return { claims: merge === undefined ? [] : mergeCommands(rows, merge), members: [] };
}
