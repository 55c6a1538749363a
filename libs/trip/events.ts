import type { AssignedDriver, OpenOffer, TripAttention, TripRequest } from './trip.ts';
import type { CompletionProof, StepProof } from './evidence.ts';
import type { DriverId } from './ids.ts';
import type { OperatorAct } from './operator-act.ts';
import type { TripEventType } from './states.ts';

/** An event of a trip: a fact, recorded after a decision. `by`: the operator who decided it. */
export type TripEvent =
  | { type: 'requested'; atMs: number; request: TripRequest }
  | { type: 'offer_made'; atMs: number; offer: OpenOffer; by?: OperatorAct }
  /** Without `askAgainAtMs` the driver is not asked again for this trip. */
  | { type: 'offer_declined'; atMs: number; driverId: DriverId; askAgainAtMs?: number }
  /** The driver had the offer and did not answer. Events of before the back-off have no `askAgainAtMs`: never again. */
  | { type: 'offer_expired'; atMs: number; driverId: DriverId; askAgainAtMs?: number }
  /** The driver's phone did not get the offer in time. `polling`: it may have been between two requests, no silence. */
  | { type: 'offer_undelivered'; atMs: number; driverId: DriverId; askAgainAtMs: number; polling?: true }
  /**
   * The driver on the way arrived, or the trip ended, before the asked replacement answered; or an operator took the asked
   * driver offline.
   */
  | { type: 'offer_withdrawn'; atMs: number; driverId: DriverId; by?: OperatorAct }
  | { type: 'accepted'; atMs: number; driver: AssignedDriver }
  /**
   * A driver at work, freed from its pickup, is sent to this waiting rider without an offer; or an operator sends a free
   * one. `forced`: the operator overruled that this driver is not to be asked.
   */
  | { type: 'driver_assigned'; atMs: number; driver: AssignedDriver; by?: OperatorAct; forced?: true }
  /**
   * Another driver is nearer now. `asked`: the new driver accepted an offer; otherwise it was on its way to another
   * rider.
   */
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
      by?: OperatorAct;
    }
  /** The driver's phone was silent for too long before the ride: the trip goes to another driver. */
  | {
      type: 'driver_lost';
      atMs: number;
      driverId: DriverId;
      silentSinceMs: number;
      searchDeadlineAtMs: number;
    }
  | ({ type: 'arrived'; atMs: number; driverId: DriverId } & StepProof)
  | ({ type: 'started'; atMs: number; driverId: DriverId } & StepProof)
  /** An operator should look at the trip. */
  | {
      type: 'attention_raised';
      atMs: number;
      driverId: DriverId;
      reason: TripAttention;
      silentSinceMs: number;
    }
  /** The driver was heard again. */
  | { type: 'attention_cleared'; atMs: number; driverId: DriverId }
  | ({ type: 'completed'; atMs: number; driverId: DriverId; by?: OperatorAct } & CompletionProof)
  | {
      type: 'rider_canceled';
      atMs: number;
      driverId: DriverId | null;
      reason: string | null;
      by?: OperatorAct;
    }
  | { type: 'no_drivers_available'; atMs: number }
  | { type: 'failed'; atMs: number; driverId: DriverId | null; reason: string; by?: OperatorAct };

/** The driver that an event binds or frees; the new driver for a swap. */
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
    case 'offer_undelivered':
    case 'offer_withdrawn':
    case 'driver_redispatched':
    case 'driver_lost':
    case 'arrived':
    case 'started':
    case 'attention_raised':
    case 'attention_cleared':
    case 'completed':
    case 'rider_canceled':
    case 'failed':
      return event.driverId;
  }
}

/** The replaced driver of a swap: the event frees it too. */
export function freedDriverOf(event: TripEvent): DriverId | null {
  return event.type === 'driver_swapped' ? event.freedDriverId : null;
}

/**
 * Change of a claim on a driver: `take` it for an offer, `hold` the claim of an accepted offer for the trip, `assign`
 * it to the trip without an offer, `release` it.
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
  offer_undelivered: 'release',
  offer_withdrawn: 'release',
  accepted: 'hold',
  driver_assigned: 'assign',
  driver_swapped: 'assign',
  driver_redispatched: 'release',
  driver_lost: 'release',
  arrived: null,
  started: null,
  attention_raised: null,
  attention_cleared: null,
  completed: 'release',
  rider_canceled: 'release',
  no_drivers_available: null,
  failed: 'release',
};

/** The claim changes of an event, releases first, because a trip has one claim of each kind at a time. */
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
