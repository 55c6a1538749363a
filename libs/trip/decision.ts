import type { EvidenceRefusal } from './evidence.ts';
import type { TripEvent } from './events.ts';

/** Why a command does not fit the trip's state. */
export type StateRefusal =
  | 'trip_not_open'
  | 'driver_excluded'
  | 'offer_closed'
  | 'not_the_driver'
  | 'illegal_transition'
  | 'too_early';

/** Why a command is refused; callers map these to their own errors. */
export type TripRefusal = StateRefusal | EvidenceRefusal['refusal'];

/**
 * The outcome of a command. `unchanged`: the trip is already in the requested state (a repeated tap, a retry after a
 * lost reply), which is not an error.
 */
export type TripDecision =
  | { outcome: 'changed'; events: readonly TripEvent[] }
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; refusal: StateRefusal }
  | ({ outcome: 'refused' } & EvidenceRefusal);
