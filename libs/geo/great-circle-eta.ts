import { etaTableByPickup, type EtaTable } from './eta.ts';
import { greatCircleM } from './point.ts';

/** How many times longer a street route is than the straight line, by default. */
export const DEFAULT_DETOUR_FACTOR = 1.3;

export interface GreatCircleEtaOptions {
  /** Average driving speed, metres per second. */
  readonly speedMps: number;
  /** Street distance divided by great-circle distance; {@link DEFAULT_DETOUR_FACTOR} unless given. */
  readonly detourFactor?: number;
}

/**
 * Travel times by great circle, a detour factor and one speed: the fallback without a street network.
 * @throws RangeError unless the speed is positive and the detour factor at least 1.
 */
export function greatCircleEta({
  speedMps,
  detourFactor = DEFAULT_DETOUR_FACTOR,
}: GreatCircleEtaOptions): EtaTable {
  if (!(speedMps > 0 && speedMps < Infinity))
    throw new RangeError(`speedMps must be positive, not ${speedMps}`);
  if (!(detourFactor >= 1 && detourFactor < Infinity)) {
    throw new RangeError(`detourFactor must be at least 1, not ${detourFactor}`);
  }
  const secondsPerMeter = detourFactor / speedMps;
  return etaTableByPickup((pickup, origins) =>
    Float64Array.from(origins, (origin) => greatCircleM(origin, pickup) * secondsPerMeter),
  );
}
