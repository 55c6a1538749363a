import type { DriverId, TripId } from '#libs/trip';

/**
 * What a round made of a trip:
 * - `offered`: a driver is asked.
 * - `reassigned`: a driver at work is sent, or will be once the driver ahead of it has said yes.
 * - `no_driver_in_radius`: no driver of its product who may still be asked is near enough.
 * - `pickup_too_far`: there are some, but none can be there in time.
 * - `outbid`: those who can are of more use to other trips.
 */
export type RoundOutcome = 'offered' | 'reassigned' | 'no_driver_in_radius' | 'pickup_too_far' | 'outbid';

/**
 * What became of a driver as a candidate of a trip:
 * - `offered`, `reassigned`: chosen.
 * - `on_the_way`: has the trip already.
 * - `other_driver_chosen`: another driver was chosen for this trip, or none.
 * - `taken_by_other_trip`: chosen for another trip of the round.
 * - `pickup_too_far`: cannot be there in time, or there is no way.
 * - `not_asked_again`: has declined this trip, let its offer expire or given it back.
 */
export type CandidateReason =
  | 'offered'
  | 'reassigned'
  | 'on_the_way'
  | 'other_driver_chosen'
  | 'taken_by_other_trip'
  | 'pickup_too_far'
  | 'not_asked_again';

export interface ExplainedCandidate {
  readonly driverId: DriverId;
  /** By air, from where the driver can start. */
  readonly pickupDistanceM: number;
  /** From now, a ride before included; undefined where nobody asked, or where there is no way. */
  readonly pickupEtaS: number | undefined;
  /** Undefined where the pair was no option of the assignment. */
  readonly costS: number | undefined;
  readonly reason: CandidateReason;
}

/** One trip in one round. */
export interface TripExplanation {
  readonly tripId: TripId;
  readonly shard: string;
  readonly roundAtMs: number;
  readonly outcome: RoundOutcome;
  /** What leaving the trip out would have cost, in seconds of waiting. */
  readonly skipCostS: number;
  /** The one that it has, then those that can be near soonest; those who may not be asked come last. */
  readonly candidates: readonly ExplainedCandidate[];
}
