/** What is known of a phone's clock. */
export interface PhoneClock {
  /** How far it is ahead of the service's, ms; below 0: behind. */
  readonly offsetMs: number;
  /** The newest time it has told. */
  readonly toldMs: number;
}

/** How far a phone's clock may be off. Further off it was never set, and no time that it tells means anything. */
export const MAX_CLOCK_OFFSET_MS = 86_400_000;

/**
 * The clock after one more position. A position takes time to arrive, so the largest difference is nearest to the
 * offset; a time before the last one means that the clock was set back, and the measurement begins again.
 */
export function measureClock(clock: PhoneClock | undefined, recordedAtMs: number, nowMs: number): PhoneClock {
  const offsetMs = recordedAtMs - nowMs;
  const goesOn = clock !== undefined && recordedAtMs >= clock.toldMs;
  return { offsetMs: goesOn ? Math.max(clock.offsetMs, offsetMs) : offsetMs, toldMs: recordedAtMs };
}

/** False for NaN too. */
export function isClockUsable(recordedAtMs: number, nowMs: number): boolean {
  return Math.abs(recordedAtMs - nowMs) <= MAX_CLOCK_OFFSET_MS;
}
