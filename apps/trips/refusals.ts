import { HailgridError, type ErrorCode } from '#libs/contracts';
import type { ChangedTrip } from '#libs/store';
import type { Trip, TripRefusal } from '#libs/trip';

const CODES: Readonly<Record<TripRefusal, ErrorCode>> = {
  trip_not_open: 'illegal_transition',
  driver_excluded: 'driver_excluded',
  offer_closed: 'offer_closed',
  // Other drivers must not learn that the trip exists.
  not_the_driver: 'trip_not_found',
  illegal_transition: 'illegal_transition',
  too_early: 'illegal_transition',
};

/** Returns the trip after the command, or throws the refusal as the error that its caller gets. */
export function tripOrThrow({ trip, decision }: ChangedTrip): Trip {
  if (decision.outcome !== 'refused') return trip;
  const { refusal } = decision;
  throw new HailgridError(CODES[refusal], `${trip.tripId} in ${trip.state}: ${refusal}`, {
    detail: `The trip is ${trip.state}.`,
  });
}
