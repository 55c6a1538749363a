/** How many times longer each pause is than the one before. */
const FACTOR = 3;
/** How long a failed delivery waits for its next attempt at most. */
const LONGEST_PAUSE_MS = 3_600_000;

/**
 * After so many attempts: three times as long each time, up to an hour; of that, by chance, half at least, so that
 * those who failed together do not come back together.
 */
export function retryPauseMs(attempts: number, firstMs: number, random: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, firstMs * FACTOR ** (attempts - 1));
  return longest * (0.5 + random / 2);
}
