import type { StateRefusal, TripDecision } from './decision.ts';
import type { TripEvent } from './events.ts';
import { judgeAtPickup, judgeCompletion, type Sighting } from './evidence.ts';
import type { DriverId, OfferId } from './ids.ts';
import { decideOperator, type OperatorCommand } from './operate.ts';
import { askAgainAtMs, isBarred } from './pauses.ts';
import type { AssignedDriver, OpenOffer, Trip, TripVehicle } from './trip.ts';
import { decideHeard, decideSilence, type Silence } from './silence.ts';
import { isTerminal, type TripState } from './states.ts';

/** A command on an existing trip. */
export type TripCommand =
  | { type: 'offer'; offer: OpenOffer }
  /** A driver at work is sent to the trip without an offer, to replace another driver or (null) as its first driver. */
  | { type: 'reassign'; driver: AssignedDriver; replacesDriverId: DriverId | null }
  | { type: 'accept'; offerId: OfferId; driverId: DriverId; vehicle: TripVehicle }
  /** `pauseMs`: how long the driver is then not asked for this trip; null: never again. */
  | { type: 'decline'; offerId: OfferId; driverId: DriverId; pauseMs: number | null }
  | { type: 'expire_offer'; offerId: OfferId }
  /**
   * The driver's phone did not get the offer: the next driver is asked at once. `polling`: the driver only sends requests,
   * so it may be between two of them, and this does not count as a silence.
   */
  | { type: 'undelivered'; offerId: OfferId; polling?: boolean }
  | { type: 'arrive' | 'start' | 'complete'; driverId: DriverId; sighting?: Sighting }
  | { type: 'driver_cancel'; driverId: DriverId; reason: string | null; searchMs: number }
  | { type: 'rider_cancel'; reason: string | null }
  | { type: 'give_up' }
  | ({ type: 'silence' } & Silence)
  /** The driver of a trip that needs attention for its silence was heard again. */
  | { type: 'driver_heard'; driverId: DriverId }
  | OperatorCommand;

const UNCHANGED: TripDecision = { outcome: 'unchanged' };

/** Decides a command on a trip at a time. Pure: the same arguments always give the same decision. */
export function decide(trip: Trip, command: TripCommand, nowMs: number): TripDecision {
  switch (command.type) {
    case 'offer':
      return decideOffer(trip, command.offer, nowMs);
    case 'reassign':
      return decideReassign(trip, command, nowMs);
    case 'accept':
      return decideAccept(trip, command, nowMs);
    case 'decline':
      return decideDecline(trip, command, nowMs);
    case 'expire_offer':
      return decideExpiry(trip, command.offerId, nowMs);
    case 'undelivered':
      return decideUndelivered(trip, command, nowMs);
    case 'arrive':
      return withdrawing(trip, nowMs, decideArrival(trip, command, nowMs));
    case 'start':
      return decideStart(trip, command, nowMs);
    case 'complete':
      return decideCompletion(trip, command, nowMs);
    case 'driver_cancel':
      return decideDriverCancel(trip, command, nowMs);
    case 'rider_cancel':
      return decideRiderCancel(trip, command.reason, nowMs);
    case 'give_up':
      return decideGiveUp(trip, nowMs);
    case 'silence':
      return decideSilence(trip, command, nowMs);
    case 'driver_heard':
      return decideHeard(trip, command.driverId, nowMs);
    case 'operator_cancel':
    case 'operator_complete':
    case 'operator_fail':
    case 'operator_redispatch':
    case 'operator_assign':
    case 'operator_offer':
    case 'operator_withdraw':
      return decideOperator(trip, command, nowMs);
  }
}

function decideOffer(trip: Trip, offer: OpenOffer, nowMs: number): TripDecision {
  const refusal = refusalOf(trip, offer.driverId, offer.replacesDriverId ?? null, nowMs);
  return refusal === null ? changed({ type: 'offer_made', atMs: nowMs, offer }) : refused(refusal);
}

function decideReassign(
  trip: Trip,
  { driver, replacesDriverId }: Extract<TripCommand, { type: 'reassign' }>,
  nowMs: number,
): TripDecision {
  const refusal = refusalOf(trip, driver.driverId, replacesDriverId, nowMs);
  if (refusal !== null) return refused(refusal);
  if (replacesDriverId === null) return changed({ type: 'driver_assigned', atMs: nowMs, driver });
  return changed({
    type: 'driver_swapped',
    atMs: nowMs,
    driver,
    freedDriverId: replacesDriverId,
    asked: false,
  });
}

/**
 * Why a driver cannot get the trip: the trip is not open, does not have the driver to replace, or excludes the new one.
 */
function refusalOf(
  trip: Trip,
  driverId: DriverId,
  replacesDriverId: DriverId | null,
  nowMs: number,
): StateRefusal | null {
  const waits =
    replacesDriverId === null
      ? trip.state === 'processing' && nowMs < trip.searchDeadlineAtMs
      : trip.state === 'accepted' &&
        trip.driver?.driverId === replacesDriverId &&
        replacesDriverId !== driverId;
  if (!waits || trip.offer !== null) return 'trip_not_open';
  return isBarred(trip, driverId, nowMs) ? 'driver_excluded' : null;
}

function decideAccept(
  trip: Trip,
  command: Extract<TripCommand, { type: 'accept' }>,
  nowMs: number,
): TripDecision {
  if (trip.driver?.driverId === command.driverId) return UNCHANGED;
  if (trip.offer?.offerId !== command.offerId || trip.offer.driverId !== command.driverId)
    return refused('offer_closed');
  if (nowMs >= trip.offer.expiresAtMs) return refused('offer_closed');
  const { pickupEtaS } = trip.offer;
  const driver = { driverId: command.driverId, vehicle: command.vehicle, pickupEtaS };
  // The driver to replace may have given the trip back meanwhile; the acceptance is then an ordinary one.
  if (trip.driver === null) return changed({ type: 'accepted', atMs: nowMs, driver });
  const freedDriverId = trip.driver.driverId;
  return changed({ type: 'driver_swapped', atMs: nowMs, driver, freedDriverId, asked: true });
}

function decideDecline(
  trip: Trip,
  command: Extract<TripCommand, { type: 'decline' }>,
  nowMs: number,
): TripDecision {
  if (trip.offer?.offerId !== command.offerId || trip.offer.driverId !== command.driverId)
    return refused('offer_closed');
  const { driverId, pauseMs } = command;
  return changed({
    type: 'offer_declined',
    atMs: nowMs,
    driverId,
    ...(pauseMs !== null && { askAgainAtMs: nowMs + pauseMs }),
  });
}

function decideExpiry(trip: Trip, offerId: OfferId, nowMs: number): TripDecision {
  if (trip.offer?.offerId !== offerId) return UNCHANGED;
  if (nowMs < trip.offer.expiresAtMs) return refused('too_early');
  const { driverId } = trip.offer;
  const askAgain = askAgainAtMs(trip, driverId, nowMs, true);
  return changed({ type: 'offer_expired', atMs: nowMs, driverId, askAgainAtMs: askAgain });
}

function decideUndelivered(
  trip: Trip,
  { offerId, polling = false }: Extract<TripCommand, { type: 'undelivered' }>,
  nowMs: number,
): TripDecision {
  if (trip.offer?.offerId !== offerId) return UNCHANGED;
  const { driverId } = trip.offer;
  const askAgain = askAgainAtMs(trip, driverId, nowMs, !polling);
  return changed({
    type: 'offer_undelivered',
    atMs: nowMs,
    driverId,
    askAgainAtMs: askAgain,
    ...(polling && { polling: true }),
  });
}

interface Step {
  driverId: DriverId;
  sighting?: Sighting;
}

function decideArrival(trip: Trip, { driverId, sighting }: Step, nowMs: number): TripDecision {
  const settled = settledStep(trip, driverId, 'accepted', 'arrived');
  if (settled !== undefined) return settled;
  const judged = judgeAtPickup(trip, sighting, 'arrive');
  if (!judged.ok) return { outcome: 'refused', ...judged.why };
  return changed({ type: 'arrived', atMs: nowMs, driverId, ...judged.proof });
}

function decideStart(trip: Trip, { driverId, sighting }: Step, nowMs: number): TripDecision {
  const settled = settledStep(trip, driverId, 'arrived', 'in_progress');
  if (settled !== undefined) return settled;
  const judged = judgeAtPickup(trip, sighting, 'start');
  if (!judged.ok) return { outcome: 'refused', ...judged.why };
  return changed({ type: 'started', atMs: nowMs, driverId, ...judged.proof });
}

function decideCompletion(trip: Trip, { driverId, sighting }: Step, nowMs: number): TripDecision {
  const settled = settledStep(trip, driverId, 'in_progress', 'completed');
  if (settled !== undefined) return settled;
  const judged = judgeCompletion(trip, sighting, nowMs);
  if (!judged.ok) return { outcome: 'refused', ...judged.why };
  return changed({ type: 'completed', atMs: nowMs, driverId, ...judged.proof });
}

/** The decision on a step of a driver that needs no evidence; undefined: it may be taken if the evidence allows it. */
function settledStep(
  trip: Trip,
  driverId: DriverId,
  from: TripState,
  to: TripState,
): TripDecision | undefined {
  if (trip.driver?.driverId !== driverId) return refused('not_the_driver');
  if (trip.state === to) return UNCHANGED;
  return trip.state === from ? undefined : refused('illegal_transition');
}

/**
 * The driver gives the trip back before the ride. The search restarts with a new deadline, so that the rider is not
 * given up at once for the driver's decision.
 */
function decideDriverCancel(
  trip: Trip,
  command: Extract<TripCommand, { type: 'driver_cancel' }>,
  nowMs: number,
): TripDecision {
  const { driverId, reason, searchMs } = command;
  const gaveBackBefore =
    trip.driver === null && trip.offer?.driverId !== driverId && trip.excludedDriverIds.includes(driverId);
  if (gaveBackBefore) return UNCHANGED;
  if (trip.driver?.driverId !== driverId) return refused('not_the_driver');
  if (trip.state !== 'accepted' && trip.state !== 'arrived') return refused('illegal_transition');
  const searchDeadlineAtMs = Math.max(trip.searchDeadlineAtMs, nowMs + searchMs);
  return changed({ type: 'driver_redispatched', atMs: nowMs, driverId, reason, searchDeadlineAtMs });
}

function decideRiderCancel(trip: Trip, reason: string | null, nowMs: number): TripDecision {
  if (trip.state === 'rider_canceled') return UNCHANGED;
  if (isTerminal(trip.state) || trip.state === 'in_progress') return refused('illegal_transition');
  if (trip.driver === null) {
    const driverId = trip.offer?.driverId ?? null;
    return changed({ type: 'rider_canceled', atMs: nowMs, driverId, reason });
  }
  const { driverId } = trip.driver;
  return withdrawing(trip, nowMs, changed({ type: 'rider_canceled', atMs: nowMs, driverId, reason }));
}

/** Withdraws an open offer to a replacement driver before the change. */
function withdrawing({ offer }: Trip, nowMs: number, decision: TripDecision): TripDecision {
  if (offer === null || decision.outcome !== 'changed') return decision;
  return changed({ type: 'offer_withdrawn', atMs: nowMs, driverId: offer.driverId }, ...decision.events);
}

/** Ends the search after its deadline. An open offer is waited for. */
function decideGiveUp(trip: Trip, nowMs: number): TripDecision {
  if (trip.state !== 'processing') return UNCHANGED;
  if (trip.offer !== null || nowMs < trip.searchDeadlineAtMs) return refused('too_early');
  return changed({ type: 'no_drivers_available', atMs: nowMs });
}

function changed(...events: readonly TripEvent[]): TripDecision {
  return { outcome: 'changed', events };
}

function refused(refusal: StateRefusal): TripDecision {
  return { outcome: 'refused', refusal };
}
