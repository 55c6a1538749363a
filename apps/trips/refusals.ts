import { HailgridError, type ErrorCode, type ErrorDetails } from '#libs/contracts';
import type { ChangedTrip } from '#libs/store';
import type { Trip, TripDecision, TripRefusal } from '#libs/trip';

const CODES: Readonly<Record<TripRefusal, ErrorCode>> = {
  trip_not_open: 'illegal_transition',
  driver_excluded: 'driver_excluded',
  offer_closed: 'offer_closed',
  // Other drivers must not learn that the trip exists.
  not_the_driver: 'trip_not_found',
  illegal_transition: 'illegal_transition',
  too_early: 'illegal_transition',
  no_recent_position: 'no_recent_position',
  too_far_from_pickup: 'too_far_from_pickup',
  ride_too_short: 'ride_too_short',
};

/** Returns the trip after the command, or throws the refusal as the error that its caller gets. */
export function tripOrThrow({ trip, decision }: ChangedTrip): Trip {
  if (decision.outcome !== 'refused') return trip;
  const { refusal } = decision;
  throw new HailgridError(
    CODES[refusal],
    `${trip.tripId} in ${trip.state}: ${refusal}`,
    detailsOf(trip, decision),
  );
}

function detailsOf({ state }: Trip, decision: Extract<TripDecision, { outcome: 'refused' }>): ErrorDetails {
  switch (decision.refusal) {
    case 'no_recent_position':
      return { detail: 'Send a position, and then the step again.' };
    case 'too_far_from_pickup': {
      const distanceM = Math.round(decision.distanceM);
      return { detail: `The last position is ${distanceM} m from the pickup.`, distanceM };
    }
    case 'ride_too_short': {
      const retryAfterS = Math.ceil(decision.remainingMs / 1_000);
      return { detail: `The ride can be over in ${retryAfterS} s at the earliest.`, retryAfterS };
    }
    default:
      return { detail: `The trip is ${state}.` };
  }
}
