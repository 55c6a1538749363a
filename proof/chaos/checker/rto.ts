import type { ClientEntry } from './client-entry.ts';

/**
 * From a moment to the first acknowledged commit whose request was sent after it, in milliseconds; null if there is none.
 * Earlier requests do not count: they may have been committed before the moment.
 */
export function recoveryTimeMs(fromMs: number, entries: readonly ClientEntry[]): number | null {
  let firstMs = Infinity;
  for (const entry of entries)
    if ((entry.kind === 'answered' || entry.kind === 'quoted') && entry.sent_ms >= fromMs)
      firstMs = Math.min(firstMs, entry.at_ms);
  return firstMs === Infinity ? null : firstMs - fromMs;
}
