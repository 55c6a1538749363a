import { setTimeout as sleep } from 'node:timers/promises';
import type { Idempotency } from '#libs/contracts';
import { OutcomeUnknown } from '#libs/store';

/** Askers give up after 5 s; who has been at it for longer than that has nobody to answer. */
export const SETTLING_LIMIT_MS = 4_000;
/** Those whose commit was lost together do not come back all at once. */
const MAX_PAUSE_MS = 50;

/**
 * Carries out what was asked for, and settles it where the outcome of its commit is unknown: under a key it is simply
 * carried out again. Either the key is there by then, and with it the answer; or nothing was done, and is done now. A commit
 * that still goes on holds the key, and is waited for. Without a key, or past the limit, it stays unknown.
 */
export async function settle<T>(
  idempotency: Idempotency | undefined,
  carryOut: () => Promise<T>,
): Promise<T> {
  const endsAtMs = performance.now() + SETTLING_LIMIT_MS;
  for (;;) {
    try {
      return await carryOut();
    } catch (error) {
      if (idempotency === undefined || !(error instanceof OutcomeUnknown)) throw error;
      const pauseMs = Math.random() * MAX_PAUSE_MS;
      if (performance.now() + pauseMs >= endsAtMs) throw error;
      await sleep(pauseMs);
    }
  }
}
