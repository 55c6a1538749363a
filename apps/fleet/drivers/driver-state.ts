import type {
  DriverOffer,
  DriverTrip,
  DriverView,
  ErrorCode,
  OfferId,
  TripId,
  TripStanding,
} from '#libs/contracts';
import type { Point } from '#libs/geo';
import type { OfferDecision, TripDecision, IdleDecision } from './driver-decisions.ts';

/**
 * What a driver is doing. `unknown`: the service refused a change finally, so the driver reads its state from the
 * service.
 */
export type Phase =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'idle'; readonly decision: IdleDecision; readonly cruising: boolean }
  | {
      readonly kind: 'considering';
      readonly offer: DriverOffer;
      readonly decision: OfferDecision;
      /** The driver lets the offer expire and waits for the push that says so. */
      readonly ignoring: boolean;
    }
  | {
      readonly kind: 'approaching' | 'boarding' | 'riding';
      readonly trip: DriverTrip;
      readonly decision: TripDecision;
    };

/** A change that the driver wants acknowledged; resent until it is acknowledged or finally refused. */
export type DriverCommand =
  | { readonly type: 'online' }
  | { readonly type: 'accept' | 'decline'; readonly offerId: OfferId }
  | { readonly type: 'arrived' | 'start' | 'complete' | 'cancel'; readonly tripId: TripId };

export interface DriverState {
  readonly phase: Phase;
  readonly pending: DriverCommand | null;
  /** False until this process has opened a session of its own. */
  readonly hasSession: boolean;
  /** The newest change seen of the newest trip, to recognise stale changes of it. */
  readonly seen: { readonly tripId: TripId; readonly seq: number } | null;
  /** The accepted trip that follows the current ride. */
  readonly next: DriverTrip | null;
  /** Increases with each phase; an alarm set in an earlier phase is stale. */
  readonly alarm: number;
  readonly offers: number;
  readonly trips: number;
  readonly idles: number;
}

export const NEW_DRIVER: DriverState = {
  phase: { kind: 'unknown' },
  pending: null,
  hasSession: false,
  seen: null,
  next: null,
  alarm: 0,
  offers: 0,
  trips: 0,
  idles: 0,
};

export type DriverEvent =
  /** The driver's state as the service has it: from the `welcome` of a new socket, or an answer to `resync`. */
  | { readonly type: 'synced'; readonly view: DriverView }
  | { readonly type: 'offered'; readonly offer: DriverOffer }
  | { readonly type: 'offer_closed'; readonly tripId: TripId; readonly accepted: boolean }
  | { readonly type: 'trip_changed'; readonly trip: DriverTrip; readonly standing: TripStanding }
  | {
      readonly type: 'acknowledged';
      readonly command: DriverCommand;
      readonly view?: DriverView | undefined;
      readonly trip?: DriverTrip | undefined;
    }
  | { readonly type: 'refused'; readonly command: DriverCommand; readonly code: ErrorCode }
  /** A repositioning hint: riders are expected there. */
  | { readonly type: 'hinted'; readonly to: Point }
  /** A position was answered with `driver_offline` or `session_superseded`. */
  | { readonly type: 'session_lost' }
  /** The alarm that the last phase set. */
  | { readonly type: 'due'; readonly alarm: number };

/** An instruction to the shell. `wait`, `drive` and `cruise` end in a `due` event with the state's alarm. */
export type DriverEffect =
  | { readonly do: 'send'; readonly command: DriverCommand }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'wait_until'; readonly timestamp: string; readonly graceMs: number }
  /** Drive to the point; due after `share` of the way. A ride takes the duration from the demand, if it has one. */
  | { readonly do: 'drive'; readonly to: Point; readonly rideOf: TripId | null; readonly share: number }
  | { readonly do: 'cruise'; readonly decision: IdleDecision }
  /** Stop at the next crossing. */
  | { readonly do: 'pull_over' }
  | { readonly do: 'resync'; readonly afterMs: number }
  | { readonly do: 'report_error'; readonly code: string };

export interface DriverStep {
  readonly state: DriverState;
  readonly effects: readonly DriverEffect[];
}
