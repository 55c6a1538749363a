import type { TripDecision } from './decision.ts';
import type { TripEvent } from './events.ts';
import type { OfferId } from './ids.ts';
import type { OperatorAct } from './operator-act.ts';
import { isBarred } from './pauses.ts';
import { isTerminal } from './states.ts';
import type { AssignedDriver, OpenOffer, Trip } from './trip.ts';

/** An operator's command on a trip. */
export type OperatorCommand =
  /** Ends a trip before the ride, as its rider could. */
  | { type: 'operator_cancel'; by: OperatorAct }
  /** Ends a ride that reached its dropoff. */
  | { type: 'operator_complete'; by: OperatorAct }
  /** Ends a trip that cannot go on. */
  | { type: 'operator_fail'; by: OperatorAct }
  /** Takes the trip from its driver before the ride; another one is searched for during `searchMs`. */
  | { type: 'operator_redispatch'; by: OperatorAct; searchMs: number }
  /**
   * Binds a free driver to a waiting trip without asking it; another one who is asked is asked no longer. Only with `force` one
   * that refused the trip, gave it back or was silent.
   */
  | { type: 'operator_assign'; by: OperatorAct; driver: AssignedDriver; force: boolean }
  /** Offers a waiting trip to a driver whom an operator names, who may decline. */
  | { type: 'operator_offer'; by: OperatorAct; offer: OpenOffer }
  /** Closes the open offer to a driver whom an operator takes offline. */
  | { type: 'operator_withdraw'; by: OperatorAct; offerId: OfferId };

/**
 * Decides what an operator's command does. A command in the wrong state is refused even if somebody else has brought the
 * trip there: the operator must not take another one's act for its own. Retries have an idempotency key.
 */
export function decideOperator(trip: Trip, command: OperatorCommand, nowMs: number): TripDecision {
  switch (command.type) {
    case 'operator_cancel':
      return trip.state === 'in_progress' ? ILLEGAL : decideEnd(trip, 'rider_canceled', command.by, nowMs);
    case 'operator_fail':
      return decideEnd(trip, 'failed', command.by, nowMs);
    case 'operator_complete':
      return decideComplete(trip, command.by, nowMs);
    case 'operator_redispatch':
      return decideRedispatch(trip, command, nowMs);
    case 'operator_assign':
      return decideAssign(trip, command, nowMs);
    case 'operator_offer':
      return decideOffer(trip, command, nowMs);
    case 'operator_withdraw':
      return decideWithdraw(trip, command, nowMs);
  }
}

const ILLEGAL: TripDecision = { outcome: 'refused', refusal: 'illegal_transition' };

/** Ends the trip and frees the driver who has it, and the one who is asked. */
function decideEnd(
  trip: Trip,
  type: 'rider_canceled' | 'failed',
  by: OperatorAct,
  nowMs: number,
): TripDecision {
  if (isTerminal(trip.state)) return ILLEGAL;
  const asked = trip.offer?.driverId ?? null;
  const driverId = trip.driver?.driverId ?? asked;
  const end: TripEvent = { type, atMs: nowMs, driverId, reason: by.reasonCode, by };
  return trip.driver === null || asked === null
    ? changed(end)
    : changed({ type: 'offer_withdrawn', atMs: nowMs, driverId: asked, by }, end);
}

function decideComplete({ state, driver }: Trip, by: OperatorAct, nowMs: number): TripDecision {
  if (state !== 'in_progress' || driver === null) return ILLEGAL;
  return changed({ type: 'completed', atMs: nowMs, driverId: driver.driverId, by });
}

function decideRedispatch(
  { state, driver, searchDeadlineAtMs }: Trip,
  { by, searchMs }: Extract<OperatorCommand, { type: 'operator_redispatch' }>,
  nowMs: number,
): TripDecision {
  if ((state !== 'accepted' && state !== 'arrived') || driver === null) return ILLEGAL;
  return changed({
    type: 'driver_redispatched',
    atMs: nowMs,
    driverId: driver.driverId,
    reason: by.reasonCode,
    searchDeadlineAtMs: Math.max(searchDeadlineAtMs, nowMs + searchMs),
    by,
  });
}

/** The deadline of the search does not matter: who waits is still there, and an operator has found somebody. */
function decideAssign(
  trip: Trip,
  { by, driver, force }: Extract<OperatorCommand, { type: 'operator_assign' }>,
  nowMs: number,
): TripDecision {
  const { state, offer } = trip;
  if (state !== 'processing') return ILLEGAL;
  const isBarredNow = isBarred(trip, driver.driverId, nowMs);
  if (isBarredNow && !force) return { outcome: 'refused', refusal: 'driver_excluded' };
  const assigned: TripEvent = {
    type: 'driver_assigned',
    atMs: nowMs,
    driver,
    by,
    ...(isBarredNow && { forced: true }),
  };
  return offer === null
    ? changed(assigned)
    : changed({ type: 'offer_withdrawn', atMs: nowMs, driverId: offer.driverId, by }, assigned);
}

function decideOffer(
  trip: Trip,
  { by, offer }: Extract<OperatorCommand, { type: 'operator_offer' }>,
  nowMs: number,
): TripDecision {
  if (trip.state !== 'processing') return ILLEGAL;
  if (trip.offer !== null) return { outcome: 'refused', refusal: 'trip_not_open' };
  if (isBarred(trip, offer.driverId, nowMs)) return { outcome: 'refused', refusal: 'driver_excluded' };
  return changed({ type: 'offer_made', atMs: nowMs, offer, by });
}

/** An offer that is closed already needs no operator. */
function decideWithdraw(
  { offer }: Trip,
  { by, offerId }: Extract<OperatorCommand, { type: 'operator_withdraw' }>,
  nowMs: number,
): TripDecision {
  if (offer?.offerId !== offerId) return { outcome: 'unchanged' };
  return changed({ type: 'offer_withdrawn', atMs: nowMs, driverId: offer.driverId, by });
}

function changed(...events: readonly TripEvent[]): TripDecision {
  return { outcome: 'changed', events };
}
