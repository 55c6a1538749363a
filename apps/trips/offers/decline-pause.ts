import type { TripsConfig } from '../config.ts';

const MS_PER_MIN = 60_000;

/** How long a driver who declined a trip is not asked for it; null: never again. */
export function declinePauseMs({ declinePauseMin }: Pick<TripsConfig, 'declinePauseMin'>): number | null {
  return declinePauseMin === 0 ? null : declinePauseMin * MS_PER_MIN;
}
