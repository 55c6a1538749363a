import type { RiderTrip } from '#sdk';
import { durationWords, moneyWords } from '../phone/words.ts';

/** How a trip stands, in words: in short, and in detail. */
export interface TripWords {
  title: string;
  detail: string;
}

/** @param pickupAtMs when the driver said to be at the pickup */
export function tripWords(trip: RiderTrip, nowMs: number, pickupAtMs: number | undefined): TripWords {
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
        detail:
          pickupAtMs === undefined || pickupAtMs <= nowMs
            ? 'here any moment'
            : `here in about ${durationWords(pickupAtMs - nowMs)}`,
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
        detail: endMs > nowMs ? `there in about ${durationWords(endMs - nowMs)}` : 'there any moment',
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

function sinceWords(timestamp: string | null, nowMs: number): string {
  return timestamp === null ? 'a moment' : durationWords(nowMs - Date.parse(timestamp));
}

function leftWords(timestamp: string, nowMs: number): string {
  return durationWords(Date.parse(timestamp) - nowMs);
}
