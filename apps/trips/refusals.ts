import { HailgridError, type ErrorCode } from '#libs/contracts';
import type { ChangedTrip } from '#libs/store';
import type { Trip, TripRefusal } from '#libs/trip';

const CODES: Readonly<Record<TripRefusal, ErrorCode>> = {
  trip_not_open: 'illegal_transition',
  driver_excluded: 'illegal_transition',
  offer_closed: 'offer_closed',
  // Whose trip it is, is not told to those whose it is not.
  not_the_driver: 'trip_not_found',
  illegal_transition: 'illegal_transition',
  too_early: 'illegal_transition',
};

/** The trip after the command, or the refusal as the error its caller should get. */
export function tripOrThrow({ trip, decision }: ChangedTrip): Trip {
  if (decision.outcome !== 'refused') return trip;
  const { refusal } = decision;
  throw new HailgridError(CODES[refusal], `${trip.tripId} in ${trip.state}: ${refusal}`, {
    detail: `The trip is ${trip.state}.`,
  });
}
