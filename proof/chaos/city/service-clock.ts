import type { ChaosCity } from './chaos-city.ts';

/** The time of the city, ms. */
export function serviceClock({ system: { clock } }: Pick<ChaosCity, 'system'>): () => number {
  if (clock === undefined) return () => Date.now();
  return () => clock.originMs + (Date.now() - clock.originMs) * clock.speed;
}
