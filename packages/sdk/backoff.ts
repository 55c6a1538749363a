/** A number from 0 to below 1, as `Math.random` gives. */
export type Chance = () => number;

/** Longest pause before the first repetition. */
const FIRST_PAUSE_MS = 200;
/** Longest pause before any repetition: a service that comes back has its clients within this time. */
const LONGEST_PAUSE_MS = 4_000;

/** Milliseconds to wait before repetition `attempt` (1 is the first): exponential, bounded, half of it by chance. */
export function backoffMs(attempt: number, chance: Chance): number {
  const fullMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return fullMs * (0.5 + chance() / 2);
}

/** Resolves after the time, or at once when the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
