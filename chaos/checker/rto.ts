import type { ClientEntry } from './client-entry.ts';

/** A fault of Postgres, by the wall time at which it began to bite. */
export interface TimedFault {
  readonly atMs: number;
}

/**
 * Per fault: from it to the first acknowledged commit whose request was sent after it; null where there never was one. An
 * answer to a request from before may have been committed before.
 */
export function recoveryTimesMs(
  faults: readonly TimedFault[],
  entries: readonly ClientEntry[],
): (number | null)[] {
  const commits = entries.flatMap((entry) =>
    entry.kind === 'answered' || entry.kind === 'quoted'
      ? [{ sentAtMs: entry.sent_ms, ackedAtMs: entry.at_ms }]
      : [],
  );
  return faults.map(({ atMs }) => {
    const after = commits.filter(({ sentAtMs }) => sentAtMs >= atMs).map(({ ackedAtMs }) => ackedAtMs);
    return after.length === 0 ? null : after.reduce((a, b) => Math.min(a, b)) - atMs;
  });
}
