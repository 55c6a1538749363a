import type { TripCommand } from './decide.ts';
import type { TripRefusal } from './decision.ts';
import type { TripEventType, TripState } from './states.ts';

export type TripCommandType = TripCommand['type'];

/** The events of a command in order, or `unchanged` if the trip is already in the requested state, or a refusal. */
export type TripOutcome =
  TripEventType | `offer_withdrawn + ${TripEventType}` | 'unchanged' | `refused: ${TripRefusal}`;

type Outcomes = Readonly<Record<TripCommandType, readonly TripOutcome[]>>;

const NOT_THE_DRIVER = 'refused: not_the_driver';
const ILLEGAL = 'refused: illegal_transition';
const NOT_OPEN = 'refused: trip_not_open';
const EXCLUDED = 'refused: driver_excluded';
const OFFER_CLOSED = 'refused: offer_closed';
const TOO_EARLY = 'refused: too_early';
const NOT_SEEN = 'refused: no_recent_position';
const TOO_FAR = 'refused: too_far_from_pickup';
const TOO_SHORT = 'refused: ride_too_short';

/** A trip without an offer and without a driver. */
const WITHOUT_DRIVER: Outcomes = {
  offer: [NOT_OPEN],
  reassign: [NOT_OPEN],
  accept: [OFFER_CLOSED],
  decline: [OFFER_CLOSED],
  expire_offer: ['unchanged'],
  undelivered: ['unchanged'],
  arrive: [NOT_THE_DRIVER],
  start: [NOT_THE_DRIVER],
  complete: [NOT_THE_DRIVER],
  // A driver who gave the trip back may repeat the command.
  driver_cancel: [NOT_THE_DRIVER, 'unchanged'],
  rider_cancel: [ILLEGAL],
  give_up: ['unchanged'],
  silence: ['unchanged'],
  driver_heard: ['unchanged'],
  operator_cancel: [ILLEGAL],
  operator_complete: [ILLEGAL],
  operator_fail: [ILLEGAL],
  operator_redispatch: [ILLEGAL],
  operator_assign: [ILLEGAL],
  operator_offer: [ILLEGAL],
  operator_withdraw: ['unchanged'],
};

/** A trip with a driver. The driver who accepted may repeat the command. */
const WITH_DRIVER: Outcomes = {
  ...WITHOUT_DRIVER,
  accept: [OFFER_CLOSED, 'unchanged'],
  arrive: [NOT_THE_DRIVER, ILLEGAL],
  start: [NOT_THE_DRIVER, ILLEGAL],
  complete: [NOT_THE_DRIVER, ILLEGAL],
  driver_cancel: [NOT_THE_DRIVER, ILLEGAL],
};

/** An ended trip, with or without a driver. */
const ENDED: Outcomes = { ...WITH_DRIVER, driver_cancel: [NOT_THE_DRIVER, ILLEGAL, 'unchanged'] };

/**
 * Every outcome of every command in every state. `decide` chooses among them by the command's driver and offer and the
 * time; `transitions.test.ts` checks that it has exactly these outcomes.
 */
export const TRIP_TRANSITIONS: Readonly<Record<TripState, Outcomes>> = {
  scheduled: {
    ...WITHOUT_DRIVER,
    rider_cancel: ['rider_canceled'],
    operator_cancel: ['rider_canceled'],
    operator_fail: ['failed'],
  },
  processing: {
    ...WITHOUT_DRIVER,
    offer: ['offer_made', NOT_OPEN, EXCLUDED],
    reassign: ['driver_assigned', NOT_OPEN, EXCLUDED],
    accept: ['accepted', OFFER_CLOSED],
    decline: ['offer_declined', OFFER_CLOSED],
    expire_offer: ['offer_expired', 'unchanged', TOO_EARLY],
    undelivered: ['offer_undelivered', 'unchanged'],
    rider_cancel: ['rider_canceled'],
    give_up: ['no_drivers_available', TOO_EARLY],
    operator_cancel: ['rider_canceled'],
    operator_fail: ['failed'],
    operator_assign: ['driver_assigned', 'offer_withdrawn + driver_assigned', EXCLUDED],
    operator_offer: ['offer_made', NOT_OPEN, EXCLUDED],
    operator_withdraw: ['offer_withdrawn', 'unchanged'],
  },
  accepted: {
    ...WITH_DRIVER,
    offer: ['offer_made', NOT_OPEN, EXCLUDED],
    reassign: ['driver_swapped', NOT_OPEN, EXCLUDED],
    accept: ['driver_swapped', 'unchanged', OFFER_CLOSED],
    decline: ['offer_declined', OFFER_CLOSED],
    expire_offer: ['offer_expired', 'unchanged', TOO_EARLY],
    undelivered: ['offer_undelivered', 'unchanged'],
    arrive: ['arrived', 'offer_withdrawn + arrived', NOT_THE_DRIVER, NOT_SEEN, TOO_FAR],
    driver_cancel: ['driver_redispatched', NOT_THE_DRIVER],
    silence: ['driver_lost', 'unchanged', TOO_EARLY],
    rider_cancel: ['rider_canceled', 'offer_withdrawn + rider_canceled'],
    operator_cancel: ['rider_canceled', 'offer_withdrawn + rider_canceled'],
    operator_fail: ['failed', 'offer_withdrawn + failed'],
    operator_redispatch: ['driver_redispatched'],
    operator_withdraw: ['offer_withdrawn', 'unchanged'],
  },
  arrived: {
    ...WITH_DRIVER,
    arrive: ['unchanged', NOT_THE_DRIVER],
    start: ['started', NOT_THE_DRIVER, NOT_SEEN, TOO_FAR],
    driver_cancel: ['driver_redispatched', NOT_THE_DRIVER],
    silence: ['driver_lost', 'unchanged', TOO_EARLY],
    rider_cancel: ['rider_canceled'],
    operator_cancel: ['rider_canceled'],
    operator_fail: ['failed'],
    operator_redispatch: ['driver_redispatched'],
  },
  in_progress: {
    ...WITH_DRIVER,
    start: ['unchanged', NOT_THE_DRIVER],
    complete: ['completed', NOT_THE_DRIVER, TOO_SHORT],
    silence: ['attention_raised', 'failed', 'unchanged', TOO_EARLY],
    driver_heard: ['attention_cleared', 'unchanged'],
    operator_complete: ['completed'],
    operator_fail: ['failed'],
  },
  completed: { ...WITH_DRIVER, complete: ['unchanged', NOT_THE_DRIVER] },
  rider_canceled: { ...ENDED, rider_cancel: ['unchanged'] },
  no_drivers_available: WITHOUT_DRIVER,
  failed: ENDED,
};
