import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses are random between these, so that those who wait do not come back all at once. */
const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 250;

/**
 * Tries until it succeeds, fails for good, or no time is left of the budget; throws the last error then. Each attempt is
 * told how much is left.
 */
export async function retryWithin<T>(
  budgetMs: number,
  attempt: (leftMs: number) => Promise<T>,
  isWorthRetrying: (error: unknown) => boolean,
): Promise<T> {
  const endsAtMs = performance.now() + budgetMs;
  for (;;) {
    try {
      return await attempt(endsAtMs - performance.now());
    } catch (error) {
      const pauseMs = MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS);
      if (!isWorthRetrying(error) || performance.now() + pauseMs >= endsAtMs) throw error;
      await sleep(pauseMs);
    }
  }
}

/** True where the work ends by then, well or not. */
export function settlesWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), limitMs);
    const ended = (): void => {
      clearTimeout(late);
      resolve(true);
    };
    work.then(ended, ended);
  });
}
