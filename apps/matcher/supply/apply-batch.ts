import type { PositionBatch, PositionRecord } from '#libs/contracts';
import type { PositionOutcome, SupplyIndex } from '#libs/dispatch';
import type { CellKey } from '#libs/geo';

/** How many records of a batch came to what; `left` counts drivers that were removed. */
export type BatchTally = Record<PositionOutcome | 'left', number>;

/**
 * Puts a batch of one position cell into the index and adds to the tally. `heardAtMs` is this process's own time:
 * phones and other servers have clocks of their own, and silence is judged by one.
 */
export function applyBatch(
  supply: SupplyIndex,
  batch: PositionBatch,
  positionCell: CellKey,
  heardAtMs: number,
  tally: BatchTally,
): void {
  for (const record of batch.records) {
    if (record.left) applyLeft(supply, record, positionCell, tally);
    else applyPing(supply, record, positionCell, heardAtMs, tally);
  }
}

function applyLeft(
  supply: SupplyIndex,
  { driverId, session, seq }: PositionRecord,
  positionCell: CellKey,
  tally: BatchTally,
): void {
  if (supply.applyLeft({ driverId, session, seq, positionCell }) === 'removed') tally.left += 1;
}

function applyPing(
  supply: SupplyIndex,
  record: PositionRecord,
  positionCell: CellKey,
  heardAtMs: number,
  tally: BatchTally,
): void {
  const { driverId, session, seq, lat, lng, product } = record;
  const outcome = supply.applyPosition({
    driverId,
    session,
    seq,
    lat,
    lng,
    positionCell,
    product,
    reportedAtMs: heardAtMs,
  });
  tally[outcome] += 1;
  // A known ping can carry a newer status: changes are published with the last position, at once.
  if (outcome !== 'full' && outcome !== 'invalid') {
    supply.applyStatus(record);
  }
}

export function emptyTally(): BatchTally {
  return { applied: 0, duplicate: 0, stale: 0, invalid: 0, full: 0, left: 0 };
}
