/** Trip states, with Uber's names where they exist, in the order of a successful trip. */
export const TRIP_STATES = [
  'scheduled',
  'processing',
  'accepted',
  'arrived',
  'in_progress',
  'completed',
  'rider_canceled',
  'no_drivers_available',
  'failed',
] as const;

export type TripState = (typeof TRIP_STATES)[number];

/** Every type of change to a trip; each change is one row in the event table. */
export const TRIP_EVENT_TYPES = [
  'requested',
  'offer_made',
  'offer_declined',
  'offer_expired',
  'offer_undelivered',
  'offer_withdrawn',
  'accepted',
  'driver_assigned',
  'driver_swapped',
  'driver_redispatched',
  'driver_lost',
  'arrived',
  'started',
  'attention_raised',
  'attention_cleared',
  'completed',
  'rider_canceled',
  'no_drivers_available',
  'failed',
] as const;

export type TripEventType = (typeof TRIP_EVENT_TYPES)[number];

const TERMINAL: ReadonlySet<TripState> = new Set([
  'completed',
  'rider_canceled',
  'no_drivers_available',
  'failed',
]);

/** A terminal trip no longer changes. */
export function isTerminal(state: TripState): boolean {
  return TERMINAL.has(state);
}

/** States in which a driver is bound to the trip. */
export function hasDriver(state: TripState): boolean {
  return state === 'accepted' || state === 'arrived' || state === 'in_progress';
}
