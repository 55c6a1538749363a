import type { PositionBatchView } from '#libs/contracts';
import type { ReportOutcome, SupplyIndex } from '#libs/dispatch';
import type { CellKey } from '#libs/geo';

/** Records of a batch by outcome; `left` counts drivers that were removed. */
export type BatchTally = Record<Exclude<ReportOutcome, 'ignored'>, number>;

/**
 * Applies a batch of one position cell to the index. `heardAtMs` is the time of this process: the clocks of phones and
 * other servers differ, and silence needs a single clock.
 */
export function applyBatch(
  supply: SupplyIndex,
  batch: PositionBatchView,
  positionCell: CellKey,
  heardAtMs: number,
): BatchTally {
  const tally: BatchTally = { applied: 0, duplicate: 0, stale: 0, invalid: 0, full: 0, left: 0 };
  for (let index = 0; index < batch.length; index++) {
    const outcome = supply.applyReport(batch.record(index), positionCell, heardAtMs);
    if (outcome !== 'ignored') tally[outcome] += 1;
  }
  return tally;
}
