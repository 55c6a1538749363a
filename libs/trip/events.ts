import type { AssignedDriver, OpenOffer, TripRequest } from './trip.ts';
import type { TripEventType } from './states.ts';

/** What happened to a trip. Facts only: a decision has been made when one of these exists. */
export type TripEvent =
  | { type: 'requested'; atMs: number; request: TripRequest }
  | { type: 'offer_made'; atMs: number; offer: OpenOffer }
  | { type: 'offer_declined'; atMs: number; driverId: string }
  | { type: 'offer_expired'; atMs: number; driverId: string }
  | { type: 'accepted'; atMs: number; driver: AssignedDriver }
  | {
      type: 'driver_redispatched';
      atMs: number;
      driverId: string;
      reason: string | null;
      searchDeadlineAtMs: number;
    }
  | { type: 'arrived'; atMs: number; driverId: string }
  | { type: 'started'; atMs: number; driverId: string }
  | { type: 'completed'; atMs: number; driverId: string }
  | { type: 'rider_canceled'; atMs: number; driverId: string | null; reason: string | null }
  | { type: 'no_drivers_available'; atMs: number }
  | { type: 'failed'; atMs: number; driverId: string | null; reason: string };

/** The driver an event is about: the one it binds or lets go. */
export function driverOfEvent(event: TripEvent): string | null {
  switch (event.type) {
    case 'requested':
    case 'no_drivers_available':
      return null;
    case 'offer_made':
      return event.offer.driverId;
    case 'accepted':
      return event.driver.driverId;
    case 'offer_declined':
    case 'offer_expired':
    case 'driver_redispatched':
    case 'arrived':
    case 'started':
    case 'completed':
    case 'rider_canceled':
    case 'failed':
      return event.driverId;
  }
}

/** What an event does to the claim on its driver: a driver has at most one, and a trip too. */
export type ClaimChange = 'take' | 'hold' | 'release' | 'none';

const CLAIM_CHANGES: Readonly<Record<TripEventType, ClaimChange>> = {
  requested: 'none',
  offer_made: 'take',
  offer_declined: 'release',
  offer_expired: 'release',
  accepted: 'hold',
  driver_redispatched: 'release',
  arrived: 'none',
  started: 'none',
  completed: 'release',
  rider_canceled: 'release',
  no_drivers_available: 'none',
  failed: 'release',
};

/** See {@link ClaimChange}; `hold` turns an offer's claim into a trip's. */
export function claimChangeOf(event: TripEvent): ClaimChange {
  return driverOfEvent(event) === null ? 'none' : CLAIM_CHANGES[event.type];
}
