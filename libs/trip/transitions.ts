import type { TripCommand, TripRefusal } from './decide.ts';
import type { TripEventType, TripState } from './states.ts';

export type TripCommandType = TripCommand['type'];

/** The events of a command in order; or `unchanged`, where the trip already is as it asks; or a refusal. */
export type TripOutcome =
  TripEventType | `offer_withdrawn + ${TripEventType}` | 'unchanged' | `refused: ${TripRefusal}`;

type Outcomes = Readonly<Record<TripCommandType, readonly TripOutcome[]>>;

const NOT_THE_DRIVER = 'refused: not_the_driver';
const ILLEGAL = 'refused: illegal_transition';
const NOT_OPEN = 'refused: trip_not_open';
const EXCLUDED = 'refused: driver_excluded';
const OFFER_CLOSED = 'refused: offer_closed';
const TOO_EARLY = 'refused: too_early';

/** A trip without an offer and without a driver. */
const NOBODY: Outcomes = {
  offer: [NOT_OPEN],
  reassign: [NOT_OPEN],
  accept: [OFFER_CLOSED],
  decline: [OFFER_CLOSED],
  expire_offer: ['unchanged'],
  arrive: [NOT_THE_DRIVER],
  start: [NOT_THE_DRIVER],
  complete: [NOT_THE_DRIVER],
  // A driver who gave the trip back may say so again.
  driver_cancel: [NOT_THE_DRIVER, 'unchanged'],
  rider_cancel: [ILLEGAL],
  give_up: ['unchanged'],
};

/** A trip that has its driver. The driver who accepted may say so again. */
const DRIVEN: Outcomes = {
  ...NOBODY,
  accept: [OFFER_CLOSED, 'unchanged'],
  arrive: [NOT_THE_DRIVER, ILLEGAL],
  start: [NOT_THE_DRIVER, ILLEGAL],
  complete: [NOT_THE_DRIVER, ILLEGAL],
  driver_cancel: [NOT_THE_DRIVER, ILLEGAL],
};

/** An ended trip that may have had a driver, or not. */
const ENDED: Outcomes = { ...DRIVEN, driver_cancel: [NOT_THE_DRIVER, ILLEGAL, 'unchanged'] };

/**
 * Every outcome of every command in every state. The command's driver and offer, and the time, choose among them in
 * `decide`; `transitions.test.ts` proves that it has exactly these.
 */
export const TRIP_TRANSITIONS: Readonly<Record<TripState, Outcomes>> = {
  scheduled: { ...NOBODY, rider_cancel: ['rider_canceled'] },
  processing: {
    ...NOBODY,
    offer: ['offer_made', NOT_OPEN, EXCLUDED],
    reassign: ['driver_assigned', NOT_OPEN, EXCLUDED],
    accept: ['accepted', OFFER_CLOSED],
    decline: ['offer_declined', OFFER_CLOSED],
    expire_offer: ['offer_expired', 'unchanged', TOO_EARLY],
    rider_cancel: ['rider_canceled'],
    give_up: ['no_drivers_available', TOO_EARLY],
  },
  accepted: {
    ...DRIVEN,
    offer: ['offer_made', NOT_OPEN, EXCLUDED],
    reassign: ['driver_swapped', NOT_OPEN, EXCLUDED],
    accept: ['driver_swapped', 'unchanged', OFFER_CLOSED],
    decline: ['offer_declined', OFFER_CLOSED],
    expire_offer: ['offer_expired', 'unchanged', TOO_EARLY],
    arrive: ['arrived', 'offer_withdrawn + arrived', NOT_THE_DRIVER],
    driver_cancel: ['driver_redispatched', NOT_THE_DRIVER],
    rider_cancel: ['rider_canceled', 'offer_withdrawn + rider_canceled'],
  },
  arrived: {
    ...DRIVEN,
    arrive: ['unchanged', NOT_THE_DRIVER],
    start: ['started', NOT_THE_DRIVER],
    driver_cancel: ['driver_redispatched', NOT_THE_DRIVER],
    rider_cancel: ['rider_canceled'],
  },
  in_progress: {
    ...DRIVEN,
    start: ['unchanged', NOT_THE_DRIVER],
    complete: ['completed', NOT_THE_DRIVER],
  },
  completed: { ...DRIVEN, complete: ['unchanged', NOT_THE_DRIVER] },
  rider_canceled: { ...ENDED, rider_cancel: ['unchanged'] },
  no_drivers_available: NOBODY,
  failed: ENDED,
};
