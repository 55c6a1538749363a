import type { Plan } from '../plan-io.ts';
import type { PlannedMove } from './handoffs.ts';
import type { Snapshot } from './snapshot.ts';

/** The moves of a plan with the epochs of the snapshot; moves that do not fit the snapshot are left out. */
export function plannedMoves({ rows }: Snapshot, plan: Plan): PlannedMove[] {
  return plan.move.flatMap(({ shard, from, to }) => {
    const row = rows.get(shard);
    return row === undefined || row.retired || row.owner !== from
      ? []
      : [{ shard, epoch: row.epoch, from, to }];
  });
}
