import type { TripId } from './open-trip.ts';
import type { DriverId } from './supply-event.ts';

/** A trip that is to be offered to a driver, if the claim can be committed. */
export interface RoundOffer {
  readonly tripId: TripId;
  readonly shard: string;
  readonly driverId: DriverId;
  readonly pickupEtaS: number;
  /** By air. */
  readonly pickupDistanceM: number;
  /** What the assignment paid for this pair, in seconds of pickup. */
  readonly costS: number;
}

/**
 * Why a trip got no offer in a round:
 * - `no_driver_in_radius`: no free driver of its product who may still be asked is near enough.
 * - `pickup_too_far`: there are some, but none can be there within the pickup cap.
 * - `outbid`: those who can are of more use to other trips.
 * - `round_full`: the round had as many trips as it may; longer waiting ones went first.
 * - `search_deadline_passed`: it is searched for no more.
 */
export type SkipReason =
  'no_driver_in_radius' | 'pickup_too_far' | 'outbid' | 'round_full' | 'search_deadline_passed';

export interface SkippedTrip {
  readonly tripId: TripId;
  readonly reason: SkipReason;
}

/**
 * What became of a driver as a candidate of a trip:
 * - `offered`: chosen.
 * - `other_driver_chosen`: another driver was chosen for this trip, and this one stays free.
 * - `taken_by_other_trip`: chosen for another trip of the round.
 * - `pickup_too_far`: needs longer than the pickup cap, or there is no way.
 * - `not_asked_again`: has declined this trip, let its offer expire or given it back.
 * - `reserved`: promised elsewhere before this attempt of the round, though the index shows it free.
 * - `round_full`: never weighed, since the round had as many trips as it may.
 */
export type CandidateReason =
  | 'offered'
  | 'other_driver_chosen'
  | 'taken_by_other_trip'
  | 'pickup_too_far'
  | 'not_asked_again'
  | 'reserved'
  | 'round_full';

export interface ExplainedCandidate {
  readonly driverId: DriverId;
  /** By air. */
  readonly pickupDistanceM: number;
  /** Undefined where nobody asked, or where there is no way. */
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
  readonly outcome: 'offered' | SkipReason;
  /** What leaving the trip out would have cost, in seconds of pickup. */
  readonly skipCostS: number;
  /** Nearest first; those who could not be asked come after those who could. */
  readonly candidates: readonly ExplainedCandidate[];
}

export interface RoundResult {
  readonly offers: readonly RoundOffer[];
  readonly skipped: readonly SkippedTrip[];
  /** Pairs of a trip and a driver whose travel time was asked for. */
  readonly candidatesConsidered: number;
  /** One for each trip that was not waiting for an answer. */
  readonly explanations: readonly TripExplanation[];
  /** Drivers that no further attempt of this round may use: reserved before, or offered a trip here. */
  readonly reserved: ReadonlySet<DriverId>;
}
