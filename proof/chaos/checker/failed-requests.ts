import type { ClientEntry } from './client-entry.ts';

/** A fault, and the time from which failures are attributed to it. */
export interface BlamedFault {
  readonly kind: string;
  readonly atMs: number;
}

/** Before the first fault: no request should fail then. */
const NO_FAULT = 'none';

/** Riders' requests that failed after all retries, by the fault during which they began. */
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
