import type { Point } from './geometry.ts';

export interface MapPin {
  kind: 'pickup' | 'dropoff' | 'target';
  point: Point;
}

export interface MapCar {
  point: Point;
  headingDeg: number | null;
}

export interface PhoneMapProps {
  /** A text alternative of the map, for screen readers. */
  label: string;
  app: 'rider' | 'driver';
  pins: readonly MapPin[];
  line?: readonly Point[] | undefined;
  car?: MapCar | undefined;
  /** The map turns to what it shows when this changes. */
  focus: string;
  onPick?: ((point: Point) => void) | undefined;
}
