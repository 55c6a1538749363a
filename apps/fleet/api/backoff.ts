import type { Random } from '../random/random.ts';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 4_000;

/**
 * Wall milliseconds to wait before try number `attempt` (1 is the first repetition): doubling, bounded, spread by
 * half.
 */
export function backoffMs(attempt: number, random: Random): number {
  const fullMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return fullMs * random.between(0.5, 1);
}
