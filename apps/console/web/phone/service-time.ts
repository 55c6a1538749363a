import { useEffect, useState } from 'react';
import type { PageSettings } from '../../protocol/settings.ts';

/** The clock of the city: a city of `npm start --speed 10` counts ten seconds in one. */
export function serviceClock(
  { clock_speed, clock_origin_ms }: Pick<PageSettings, 'clock_speed' | 'clock_origin_ms'>,
  wallNow: () => number = Date.now,
): () => number {
  return () => clock_origin_ms + (wallNow() - clock_origin_ms) * clock_speed;
}

/** The time of `now`, which rerenders the component at an interval. */
export function useTime(now: () => number, everyMs: number): number {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = window.setInterval(() => setTime(now()), everyMs);
    return () => window.clearInterval(timer);
  }, [now, everyMs]);
  return time;
}
