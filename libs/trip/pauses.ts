import { driverIdOfRider, type DriverId } from './ids.ts';
import type { AskPause, Trip } from './trip.ts';

/**
 * How long a driver is not asked again for a trip after its first unanswered offer: about as long as the next driver
 * takes to answer. Each further one doubles the pause.
 */
export const FIRST_PAUSE_MS = 5_000;
/**
 * The longest pause between two offers of one trip to a silent driver: short enough that the only driver near is still
 * asked a few times before a search of minutes is given up.
 */
export const MAX_PAUSE_MS = 60_000;

/** How long to wait after so many unanswered offers before the driver is asked again. */
export function pauseAfterMs(silences: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, silences - 1));
}

/** When the driver may be asked again if its offer ends without an answer now; `silent` if that counts as a silence. */
export function askAgainAtMs(trip: Trip, driverId: DriverId, nowMs: number, silent: boolean): number {
  return nowMs + pauseAfterMs(silencesOf(trip, driverId) + Number(silent));
}

/** The drivers who are not asked at this time, but later. */
export function pausedDriverIds(pauses: readonly AskPause[], nowMs: number): DriverId[] {
  return pauses.filter(({ untilMs }) => nowMs < untilMs).map(({ driverId }) => driverId);
}

/** Whether the driver must not be asked for the trip at this time; nobody drives itself. */
export function isBarred(trip: Trip, driverId: DriverId, nowMs: number): boolean {
  if (driverId === driverIdOfRider(trip.riderId)) return true;
  return trip.excludedDriverIds.includes(driverId) || pausedDriverIds(trip.pauses, nowMs).includes(driverId);
}

/** The pauses after an offer to the driver has ended; `silent` if it did not answer. */
export function withPause(
  trip: Trip,
  driverId: DriverId,
  untilMs: number,
  silent: boolean,
): readonly AskPause[] {
  const silences = silencesOf(trip, driverId) + Number(silent);
  const others = trip.pauses.filter((pause) => pause.driverId !== driverId);
  return [...others, { driverId, untilMs, silences }];
}

function silencesOf({ pauses }: Trip, driverId: DriverId): number {
  return pauses.find((pause) => pause.driverId === driverId)?.silences ?? 0;
}
