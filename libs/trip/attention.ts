import type { TripEvent } from './events.ts';

/**
 * What operators should look at. The first ones are events of trips; `long_search`, `long_wait` and `suspicion` are found by
 * looking.
 */
export const ATTENTION_KINDS = [
  'stuck',
  'heard_again',
  'driver_lost',
  'driver_canceled',
  'no_drivers_available',
  'failed',
  'completion_flagged',
  'long_search',
  'long_wait',
  'suspicion',
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** Why an event needs attention; null if it does not. What an operator did to a trip needs none, unless the trip failed. */
export function attentionOf(event: TripEvent): AttentionKind | null {
  switch (event.type) {
    case 'attention_raised':
      return event.reason;
    case 'attention_cleared':
      return 'heard_again';
    case 'driver_lost':
    case 'no_drivers_available':
    case 'failed':
      return event.type;
    case 'driver_redispatched':
      return event.by === undefined ? 'driver_canceled' : null;
    case 'completed':
      return event.flags === undefined || event.flags.length === 0 ? null : 'completion_flagged';
    default:
      return null;
  }
}
