import type { TripDecision } from './decision.ts';
import type { TripEvent } from './events.ts';
import type { DriverId } from './ids.ts';
import type { Trip } from './trip.ts';

/** How long a driver's phone may be silent, by what the trip waits for. */
export interface SilenceLimits {
  /** On the way to the pickup: then the trip goes to another driver. */
  readonly acceptedMs: number;
  /** At the pickup: then the trip goes to another driver. */
  readonly arrivedMs: number;
  /** During the ride, but at least {@link STUCK_RIDE_FACTOR} estimated rides: then an operator should look. */
  readonly stuckMs: number;
  /** During a ride of ordinary length: then the trip fails. A longer ride has as long after `stuck` as an ordinary one. */
  readonly lostContactMs: number;
}

/** A driver of a trip who was last heard at a time. */
export interface Silence {
  readonly driverId: DriverId;
  readonly silentSinceMs: number;
  readonly limits: SilenceLimits;
  /** How long another driver is searched for. */
  readonly searchMs: number;
}

/** How many estimated rides a ride may last in silence before an operator should look: traffic doubles some rides. */
const STUCK_RIDE_FACTOR = 3;
const MS_PER_S = 1_000;

/** Why a trip fails whose driver was never heard again. */
export const LOST_CONTACT = 'lost_contact';

/** The silence after which a trip with a driver is acted on first; null for a trip without one. */
export function silenceLimitMs(trip: Pick<Trip, 'state' | 'tripS'>, limits: SilenceLimits): number | null {
  switch (trip.state) {
    case 'accepted':
      return limits.acceptedMs;
    case 'arrived':
      return limits.arrivedMs;
    case 'in_progress':
      return Math.max(limits.stuckMs, STUCK_RIDE_FACTOR * trip.tripS * MS_PER_S);
    default:
      return null;
  }
}

/**
 * Decides what the silence of a driver does to its trip. A driver who moved the trip on was heard then, whatever else is
 * known of it. Another driver's silence, or that of a trip that has ended meanwhile, changes nothing.
 */
export function decideSilence(trip: Trip, silence: Silence, nowMs: number): TripDecision {
  const limitMs = silenceLimitMs(trip, silence.limits);
  if (limitMs === null || trip.driver?.driverId !== silence.driverId) return { outcome: 'unchanged' };
  const silentSinceMs = Math.max(silence.silentSinceMs, lastActAtMs(trip));
  const silentMs = nowMs - silentSinceMs;
  if (silentMs < limitMs) return { outcome: 'refused', refusal: 'too_early' };
  const { driverId, limits, searchMs } = silence;
  if (trip.state !== 'in_progress') {
    const searchDeadlineAtMs = Math.max(trip.searchDeadlineAtMs, nowMs + searchMs);
    return changed({ type: 'driver_lost', atMs: nowMs, driverId, silentSinceMs, searchDeadlineAtMs });
  }
  if (trip.attention === null)
    return changed({ type: 'attention_raised', atMs: nowMs, driverId, reason: 'stuck', silentSinceMs });
  const graceMs = Math.max(0, limits.lostContactMs - limits.stuckMs);
  if (silentMs < limitMs + graceMs) return { outcome: 'unchanged' };
  return changed({ type: 'failed', atMs: nowMs, driverId, reason: LOST_CONTACT });
}

/** Ends the attention for a driver's silence. */
export function decideHeard(trip: Trip, driverId: DriverId, nowMs: number): TripDecision {
  if (trip.attention === null || trip.driver?.driverId !== driverId) return { outcome: 'unchanged' };
  return changed({ type: 'attention_cleared', atMs: nowMs, driverId });
}

function lastActAtMs({ acceptedAtMs, arrivedAtMs, startedAtMs }: Trip): number {
  return Math.max(acceptedAtMs ?? -Infinity, arrivedAtMs ?? -Infinity, startedAtMs ?? -Infinity);
}

function changed(event: TripEvent): TripDecision {
  return { outcome: 'changed', events: [event] };
}
