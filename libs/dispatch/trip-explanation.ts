import type { Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';

/**
 * Outcome of a trip in a round:
 * - `offered`: a driver gets an offer.
 * - `reassigned`: a driver at work is sent, or will be once the asked driver ahead of it accepts.
 * - `no_driver_in_radius`: no driver of its product who may still get an offer is near enough.
 * - `pickup_too_far`: there are such drivers, but none can arrive in time.
 * - `outbid`: the drivers who can arrive in time serve other trips better.
 */
export type RoundOutcome = 'offered' | 'reassigned' | 'no_driver_in_radius' | 'pickup_too_far' | 'outbid';

/**
 * Outcome of a candidate driver of a trip:
 * - `offered`, `reassigned`: chosen.
 * - `on_the_way`: already has the trip.
 * - `other_driver_chosen`: another driver was chosen for this trip, or none.
 * - `taken_by_other_trip`: chosen for another trip of the round.
 * - `pickup_too_far`: cannot arrive in time, or has no route.
 * - `not_asked_again`: has declined this trip or given it back.
 * - `asked_again_later`: did not answer, did not get its offer, or declined for a while.
 */
export type CandidateReason =
  | 'offered'
  | 'reassigned'
  | 'on_the_way'
  | 'other_driver_chosen'
  | 'taken_by_other_trip'
  | 'pickup_too_far'
  | 'not_asked_again'
  | 'asked_again_later';

export interface ExplainedCandidate {
  readonly driverId: DriverId;
  /** Where it can start; undefined if unknown. */
  readonly from: Point | undefined;
  /** Straight-line distance from where the driver can start. */
  readonly pickupDistanceM: number;
  /** Seconds from now, including the current ride; undefined if not computed or without a route. */
  readonly pickupEtaS: number | undefined;
  /** Whether it starts on streets without a way back, so that its drive is estimated by straight line. */
  readonly isInDeadPart: boolean;
  /** Undefined if the assignment could not choose the pair. */
  readonly costS: number | undefined;
  readonly reason: CandidateReason;
}

/** One trip in one round. */
export interface TripExplanation {
  readonly tripId: TripId;
  readonly shard: string;
  readonly roundAtMs: number;
  readonly outcome: RoundOutcome;
  /** Cost of leaving the trip waiting, in seconds of waiting. */
  readonly skipCostS: number;
  /** Its present driver, then those who can arrive soonest; excluded drivers come last. */
  readonly candidates: readonly ExplainedCandidate[];
}
