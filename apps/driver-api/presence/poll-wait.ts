/**
 * How long after its last request the next one of a driver without a socket is waited for, wall time: such apps send a
 * position every few seconds. A longer wait costs the rider more if the app has gone silent.
 */
export const NEXT_REQUEST_MS = 10_000;
/** How long an offer waits at least: less than `trips` waits for any acknowledgement (2 s), so as to report before it. */
export const MIN_POLL_WAIT_MS = 1_500;
/** How long a driver counts as polling after its last request, wall time: as long as matchers keep its position. */
export const POLLED_WITHIN_MS = 30_000;

/**
 * How long an offer waits for the next request of a driver who was last heard so long ago; null if the driver does not
 * count as polling any more.
 */
export function pollWaitMs(heardAgoMs: number): number | null {
  if (heardAgoMs >= POLLED_WITHIN_MS) return null;
  return Math.max(MIN_POLL_WAIT_MS, NEXT_REQUEST_MS - heardAgoMs);
}
