import type { Point } from '../phone/geometry.ts';
import type { DriverMode } from './autopilot.ts';

const KEY = 'hailgrid.driver';

/** What a reload of the page keeps: where the car is, and how it is driven. */
export interface KeptCar {
  at: Point;
  mode: DriverMode;
  speedMps: number;
}

/** Undefined if nothing usable is kept. */
export function readCar(storage: Pick<Storage, 'getItem'>): KeptCar | undefined {
  try {
    const { at, mode, speedMps } = JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<KeptCar>;
    const isPoint = typeof at?.lat === 'number' && typeof at.lng === 'number';
    const isMode = mode === 'manual' || mode === 'drives' || mode === 'everything';
    return isPoint && isMode && typeof speedMps === 'number' ? { at, mode, speedMps } : undefined;
  } catch {
    return undefined;
  }
}

export function keepCar(storage: Pick<Storage, 'setItem'>, car: KeptCar): void {
  storage.setItem(KEY, JSON.stringify(car));
}
