import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Polls until the condition holds. Throws an Error with the text of `failure` after the limit. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  limitMs: number,
  failure: () => string,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${failure()} within ${limitMs / 1000} s`);
    await sleep(POLL_MS);
  }
}
