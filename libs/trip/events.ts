import type { AssignedDriver, OpenOffer, TripRequest } from './trip.ts';
import type { DriverId } from './ids.ts';
import type { TripEventType } from './states.ts';

/** What happened to a trip. Facts only: a decision has been made when one of these exists. */
export type TripEvent =
  | { type: 'requested'; atMs: number; request: TripRequest }
  | { type: 'offer_made'; atMs: number; offer: OpenOffer }
  | { type: 'offer_declined'; atMs: number; driverId: DriverId }
  | { type: 'offer_expired'; atMs: number; driverId: DriverId }
  /** The driver on the way has come, or the rider has gone, before the one who was to replace it answered. */
  | { type: 'offer_withdrawn'; atMs: number; driverId: DriverId }
  | { type: 'accepted'; atMs: number; driver: AssignedDriver }
  /** A driver already at work, who has nobody to pick up any more, goes to this waiting rider without being asked. */
  | { type: 'driver_assigned'; atMs: number; driver: AssignedDriver }
  /** Another driver is nearer now. `asked`: the new one had an offer; else it was on its way to another rider. */
  | {
      type: 'driver_swapped';
      atMs: number;
      driver: AssignedDriver;
      freedDriverId: DriverId;
      asked: boolean;
    }
  | {
      type: 'driver_redispatched';
      atMs: number;
      driverId: DriverId;
      reason: string | null;
      searchDeadlineAtMs: number;
    }
  | { type: 'arrived'; atMs: number; driverId: DriverId }
  | { type: 'started'; atMs: number; driverId: DriverId }
  | { type: 'completed'; atMs: number; driverId: DriverId }
  | { type: 'rider_canceled'; atMs: number; driverId: DriverId | null; reason: string | null }
  | { type: 'no_drivers_available'; atMs: number }
  | { type: 'failed'; atMs: number; driverId: DriverId | null; reason: string };

/** The driver an event is about: the one it binds or lets go. Of a swap the new one. */
export function driverOfEvent(event: TripEvent): DriverId | null {
  switch (event.type) {
    case 'requested':
    case 'no_drivers_available':
      return null;
    case 'offer_made':
      return event.offer.driverId;
    case 'accepted':
    case 'driver_assigned':
    case 'driver_swapped':
      return event.driver.driverId;
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_withdrawn':
    case 'driver_redispatched':
    case 'arrived':
    case 'started':
    case 'completed':
    case 'rider_canceled':
    case 'failed':
      return event.driverId;
  }
}

/** Whom an event frees beside the driver it is about: the one who was replaced. */
export function freedDriverOf(event: TripEvent): DriverId | null {
  return event.type === 'driver_swapped' ? event.freedDriverId : null;
}

/**
 * What an event does to a claim on a driver: `take` it for an offer, `hold` the offer's for the trip, `assign` one for the
 * trip at once, `release` it.
 */
export type ClaimChange = 'take' | 'hold' | 'assign' | 'release';

export interface DriverClaimChange {
  readonly driverId: DriverId;
  readonly change: ClaimChange;
}

const CLAIM_CHANGES: Readonly<Record<TripEventType, ClaimChange | null>> = {
  requested: null,
  offer_made: 'take',
  offer_declined: 'release',
  offer_expired: 'release',
  offer_withdrawn: 'release',
  accepted: 'hold',
  driver_assigned: 'assign',
  driver_swapped: 'assign',
  driver_redispatched: 'release',
  arrived: null,
  started: null,
  completed: 'release',
  rider_canceled: 'release',
  no_drivers_available: null,
  failed: 'release',
};

/** The claims that an event changes; releases first, since a trip has one claim of a kind at a time. */
export function claimChangesOf(event: TripEvent): readonly DriverClaimChange[] {
  const driverId = driverOfEvent(event);
  const change = CLAIM_CHANGES[event.type];
  if (driverId === null || change === null) return [];
  if (event.type !== 'driver_swapped') return [{ driverId, change }];
  return [
    { driverId: event.freedDriverId, change: 'release' },
    { driverId, change: event.asked ? 'hold' : 'assign' },
  ];
}
