import type { ClientEntry } from './client-entry.ts';
import type { Violation } from './facts.ts';

/** Lists that lack what had been acknowledged to the same rider before the request. */
export function staleReads(entries: readonly ClientEntry[]): Violation[] {
  return entries.flatMap((entry) =>
    entry.kind === 'rider_listed' && entry.seq < entry.acknowledged_seq
      ? [`${entry.trip_id} is listed at #${entry.seq} after #${entry.acknowledged_seq} was acknowledged`]
      : [],
  );
}
