import type { ClientEntry } from './client-entry.ts';

/** From when on a fault is to blame for what fails. */
export interface BlamedFault {
  readonly kind: string;
  readonly atMs: number;
}

/** Before the first fault: nothing should fail then. */
const NO_FAULT = 'none';

/** Riders' requests that came to nothing after all tries, by the fault in whose time they began. */
export function failedRequests(
  entries: readonly ClientEntry[],
  faults: readonly BlamedFault[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of entries) {
    if (entry.kind !== 'request_failed') continue;
    const kind = faults.findLast(({ atMs }) => atMs <= entry.at_ms)?.kind ?? NO_FAULT;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
