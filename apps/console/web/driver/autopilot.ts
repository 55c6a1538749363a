import type { DriverOffer, DriverTrip, DriverView } from '#sdk';
import { distanceM, type Point } from '../phone/geometry.ts';

/** Who does what: the person all; the car drives to where it is due; or everything goes by itself. */
export type DriverMode = 'manual' | 'drives' | 'everything';

/** How near a car drives before it is there: well within what the service takes as evidence (ADR 0028). */
export const AT_PLACE_M = 20;

export type Step = 'arrive' | 'start' | 'complete';
export type Act = { kind: 'accept'; offer: DriverOffer } | { kind: Step; trip: DriverTrip };

export interface Situation {
  mode: DriverMode;
  status: DriverView['status'];
  offer: DriverOffer | undefined;
  trip: DriverTrip | undefined;
  /** Where demand is expected. */
  hint: Point | undefined;
  at: Point;
}

/** The step that a trip waits for. */
export function stepOf({ state }: DriverTrip): Step | undefined {
  if (state === 'accepted') return 'arrive';
  if (state === 'arrived') return 'start';
  return state === 'in_progress' ? 'complete' : undefined;
}

/** Where a trip needs the car next. */
export function placeOf(trip: DriverTrip): Point {
  return trip.state === 'in_progress' ? trip.dropoff : trip.pickup;
}

/** The autopilot's next target; undefined: the person drives. */
export function ownTarget({ mode, trip, hint, status }: Situation): Point | undefined {
  if (mode === 'manual') return undefined;
  if (trip !== undefined) return placeOf(trip);
  return mode === 'everything' && status === 'free' ? hint : undefined;
}

/** The autopilot's next step; undefined: not yet. */
export function ownAct({ mode, offer, trip, at }: Situation): Act | undefined {
  if (mode !== 'everything') return undefined;
  if (offer !== undefined) return { kind: 'accept', offer };
  if (trip === undefined) return undefined;
  const step = stepOf(trip);
  return step !== undefined && distanceM(at, placeOf(trip)) <= AT_PLACE_M ? { kind: step, trip } : undefined;
}
