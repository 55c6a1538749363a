import { randomStream } from '../random/random.ts';

const REPEAT_AFTER_MS = [200, 10_000] as const;
const PATIENCE_MS = [30_000, 300_000] as const;

/**
 * When the rider gives up, in milliseconds after the request, if no car has picked it up by then; null: it waits for
 * as long as the service does.
 */
export function patienceMs(seed: number, rider: number, cancelProbability: number): number | null {
  const random = randomStream(seed, 'rider-patience', rider);
  return random.chance(cancelProbability) ? random.between(...PATIENCE_MS) : null;
}

/** How long after its answer the request is sent once more, in milliseconds; null: it is not. */
export function repeatAfterMs(seed: number, rider: number, repeatProbability: number): number | null {
  const random = randomStream(seed, 'rider-repeat', rider);
  return random.chance(repeatProbability) ? random.between(...REPEAT_AFTER_MS) : null;
}
