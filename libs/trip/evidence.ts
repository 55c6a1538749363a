import { greatCircleM } from '#libs/geo';
import type { Place, Trip } from './trip.ts';

/** Where the driver's phone last was, as driver-api accepted it. */
export interface Evidence {
  point: Place;
  recordedAtMs: number;
  /** How old the position was when the command was sent, service time. */
  ageMs: number;
}

/** What a driver's step has to be plausible by. */
export interface EvidenceRules {
  /** How old a position may be that proves anything. */
  maxAgeMs: number;
  /** How far from the pickup a driver has arrived. */
  arrivalRadiusM: number;
  /** How far from the pickup a ride may start: the rider was round the corner. */
  startRadiusM: number;
  /** How far from the dropoff a ride may end without a flag. */
  dropoffRadiusM: number;
  /** How fast a ride may be along the straight line from pickup to dropoff; 0: any speed. */
  maxRideSpeedMps: number;
}

/** The newest position with a driver's command (null: none is known), and the rules for it. */
export interface Sighting {
  evidence: Evidence | null;
  rules: EvidenceRules;
}

/** The evidence as an event keeps it. */
export interface KeptEvidence extends Evidence {
  /** From the pickup or, of a completion, the dropoff. */
  distanceM: number;
}

/** What an operator should know of a completed ride. */
export type TripFlag = 'completed_far_from_dropoff' | 'completed_without_position';

/** Why a step is not believed. */
export type EvidenceRefusal =
  | { refusal: 'no_recent_position' }
  | { refusal: 'too_far_from_pickup'; distanceM: number }
  | { refusal: 'ride_too_short'; remainingMs: number };

type Judgement<Proof> = { ok: true; proof: Proof } | { ok: false; why: EvidenceRefusal };

export interface StepProof {
  evidence?: KeptEvidence;
}

export interface CompletionProof extends StepProof {
  flags?: readonly TripFlag[];
}

/**
 * Whether the driver is where it says to have arrived, or to start. Without a sighting nothing is judged: what replays
 * or tests the state machine alone has none; `trips` always gives one.
 */
export function judgeAtPickup(
  trip: Trip,
  sighting: Sighting | undefined,
  step: 'arrive' | 'start',
): Judgement<StepProof> {
  if (sighting === undefined) return { ok: true, proof: {} };
  const { arrivalRadiusM, startRadiusM } = sighting.rules;
  const evidence = recent(sighting);
  if (evidence === undefined) return { ok: false, why: { refusal: 'no_recent_position' } };
  const distanceM = greatCircleM(evidence.point, trip.pickup);
  const radiusM = step === 'arrive' ? arrivalRadiusM : Math.max(arrivalRadiusM, startRadiusM);
  if (distanceM > radiusM) return { ok: false, why: { refusal: 'too_far_from_pickup', distanceM } };
  return { ok: true, proof: { evidence: { ...evidence, distanceM } } };
}

/**
 * Whether the ride can be over. Only its time can refuse it: a rider may leave early, and a phone may fail on the way,
 * so the place is flagged.
 */
export function judgeCompletion(
  trip: Trip,
  sighting: Sighting | undefined,
  nowMs: number,
): Judgement<CompletionProof> {
  if (sighting === undefined) return { ok: true, proof: {} };
  const { dropoffRadiusM, maxRideSpeedMps } = sighting.rules;
  const remainingMs = minRideMs(trip, maxRideSpeedMps) - (nowMs - (trip.startedAtMs ?? -Infinity));
  if (remainingMs > 0) return { ok: false, why: { refusal: 'ride_too_short', remainingMs } };
  const evidence = recent(sighting);
  if (evidence === undefined) return { ok: true, proof: { flags: ['completed_without_position'] } };
  const distanceM = greatCircleM(evidence.point, trip.dropoff);
  return {
    ok: true,
    proof: {
      evidence: { ...evidence, distanceM },
      ...(distanceM > dropoffRadiusM && { flags: ['completed_far_from_dropoff'] as const }),
    },
  };
}

/** The shortest time in which a car can be at the dropoff. */
function minRideMs({ pickup, dropoff }: Trip, maxRideSpeedMps: number): number {
  return maxRideSpeedMps === 0 ? 0 : (greatCircleM(pickup, dropoff) / maxRideSpeedMps) * 1_000;
}

function recent({ evidence, rules }: Sighting): Evidence | undefined {
  return evidence !== null && evidence.ageMs <= rules.maxAgeMs ? evidence : undefined;
}
