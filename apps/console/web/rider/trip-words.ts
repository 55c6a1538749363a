import type { RiderTrip } from '#sdk';
import { distanceWords, durationWords, moneyWords } from '../phone/words.ts';

/** How near a car is that comes any moment. */
const NEAR_M = 100;

/** How a trip stands, in words: in short, and in detail. */
export interface TripWords {
  title: string;
  detail: string;
}

/**
 * @param pickupAtMs when the driver said to be at the pickup
 * @param leftM how far the car is from where it is due, if it was seen
 */
export function tripWords(
  trip: RiderTrip,
  nowMs: number,
  pickupAtMs: number | undefined,
  leftM?: number,
): TripWords {
  switch (trip.state) {
    case 'scheduled':
    case 'processing':
      return {
        title: 'Looking for a driver',
        detail: `for ${sinceWords(trip.requested_at, nowMs)}, at most ${leftWords(trip.search_deadline_at, nowMs)} more`,
      };
    case 'accepted':
      return {
        title: 'Your driver is on the way',
        detail: dueWords('here', pickupAtMs === undefined ? 0 : pickupAtMs - nowMs, leftM),
      };
    case 'arrived':
      return {
        title: 'Your driver is here',
        detail: `waiting at the pickup for ${sinceWords(trip.arrived_at, nowMs)}`,
      };
    case 'in_progress': {
      const endMs = Date.parse(trip.started_at ?? '') + trip.trip_s * 1000;
      return {
        title: 'You are riding',
        detail: dueWords('there', endMs - nowMs, leftM),
      };
    }
    case 'completed':
      return { title: 'You have arrived', detail: `the fare is ${moneyWords(trip.fare)}` };
    case 'rider_canceled':
      return { title: 'Ride canceled', detail: trip.cancel_reason ?? 'you canceled it' };
    case 'no_drivers_available':
      return { title: 'No driver was free', detail: 'try again, or from a place with more cars' };
    case 'failed':
      return { title: 'The ride failed', detail: trip.cancel_reason ?? 'an operator can say why' };
  }
}

/** A car that is late and not near does not come any moment. */
function dueWords(place: string, leftMs: number, leftM: number | undefined): string {
  if (leftM === undefined || leftM < NEAR_M)
    return leftMs > 0 ? `${place} in about ${durationWords(leftMs)}` : `${place} any moment`;
  const away = `${distanceWords(leftM)} away`;
  return leftMs > 0 ? `${place} in about ${durationWords(leftMs)}, ${away}` : `late, still ${away}`;
}

function sinceWords(timestamp: string | null, nowMs: number): string {
  return timestamp === null ? 'a moment' : durationWords(nowMs - Date.parse(timestamp));
}

function leftWords(timestamp: string, nowMs: number): string {
  return durationWords(Date.parse(timestamp) - nowMs);
}
