import type { DriverOffer, DriverTrip, DriverView, ErrorCode, TripStanding } from '#libs/contracts';
import type { Point } from '#libs/geo';
import type { DriverDecisions } from './driver-decisions.ts';
import type {
  DriverCommand,
  DriverEffect,
  DriverEvent,
  DriverState,
  DriverStep,
  Phase,
} from './driver-state.ts';

/**
 * How long after the expiry of an unanswered offer a driver waits for the push before it reads its state: the push
 * may be lost.
 */
const OFFER_NEWS_GRACE_MS = 5_000;
/**
 * Delay between a refused change and the driver's next read of its state, so that a lasting disagreement does not
 * cause a flood of reads.
 */
const RESYNC_DELAY_MS = 1_000;

/** Refusals that a race explains: the offer expired, or the rider canceled, while the answer was on its way. */
const EXPECTED_REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'offer_closed',
  'offer_not_found',
  'illegal_transition',
  // The socket was away; the next attempt brings a position.
  'no_recent_position',
  // The trip was given to a nearer driver.
  'trip_not_found',
]);

const STAY: readonly DriverEffect[] = [];

/**
 * Returns the next state of a simulated driver after an event, with the effects. Pure: random choices come from
 * `decisions`.
 */
export function driverStep(state: DriverState, event: DriverEvent, decisions: DriverDecisions): DriverStep {
  switch (event.type) {
    case 'synced':
      return synced(state, event.view, decisions);
    case 'offered':
      return offered(state, event.offer, decisions);
    case 'offer_closed':
      return isConsidering(state, event.tripId) && !event.accepted
        ? enterIdle(state, decisions)
        : { state, effects: STAY };
    case 'trip_changed':
      return tripChanged(state, event.trip, event.standing, decisions);
    case 'acknowledged':
      return acknowledged(state, event, decisions);
    case 'refused':
      return refused(state, event.command, event.code);
    case 'hinted':
      return hinted(state, event.to, decisions);
    case 'session_lost':
      return state.phase.kind === 'offline' ? { state, effects: STAY } : goOnline(state);
    case 'due':
      return event.alarm === state.alarm ? due(state, decisions) : { state, effects: STAY };
  }
}

/** Replaces the driver's state with the service's view. Resends a pending change if the view still allows it. */
function synced(before: DriverState, view: DriverView, decisions: DriverDecisions): DriverStep {
  if (!before.hasSession || view.session === null || view.status === 'offline') return goOnline(before);
  const state = { ...before, next: view.next_trip };
  if (agrees(state.phase, view)) {
    return { state, effects: state.pending === null ? STAY : [{ do: 'send', command: state.pending }] };
  }
  return enterView({ ...state, pending: null }, view, decisions);
}

function agrees(phase: Phase, view: DriverView): boolean {
  if (phase.kind === 'unknown' || phase.kind === 'offline') return false;
  if (phase.kind === 'idle') return view.trip === null && view.offer === null;
  if (phase.kind === 'considering') return view.offer?.offer_id === phase.offer.offer_id;
  return view.trip?.trip_id === phase.trip.trip_id && phaseKindOf(view.trip) === phase.kind;
}

function enterView(state: DriverState, view: DriverView, decisions: DriverDecisions): DriverStep {
  if (view.trip !== null) return enterTrip(state, view.trip, decisions);
  if (view.offer !== null) return enterOffer(state, view.offer, decisions);
  return enterIdle(state, decisions);
}

function offered(state: DriverState, offer: DriverOffer, decisions: DriverDecisions): DriverStep {
  const { phase, pending } = state;
  const isOver = pending !== null && ['complete', 'cancel', 'decline'].includes(pending.type);
  // An offer shows that the driver is free: a pending complete, cancel or decline has taken effect.
  if (phase.kind === 'idle' || phase.kind === 'considering' || isOver) {
    return isConsidering(state, offer.trip_id)
      ? { state, effects: STAY }
      : enterOffer({ ...state, pending: null }, offer, decisions);
  }
  if (phase.kind === 'riding') return offeredNext(state, offer, decisions);
  if (phase.kind === 'offline' || phase.kind === 'unknown') return { state, effects: STAY };
  return resync(state, 'offer_while_busy');
}

/** A driver with a rider on board answers at once, or not at all. */
function offeredNext(state: DriverState, offer: DriverOffer, decisions: DriverDecisions): DriverStep {
  if (state.pending !== null || state.next !== null) return { state, effects: STAY };
  const { answer } = decisions.offer(state.offers);
  const counted = { ...state, offers: state.offers + 1 };
  if (answer === 'ignore') return { state: counted, effects: STAY };
  return send(counted, { type: answer, offerId: offer.offer_id });
}

function tripChanged(
  before: DriverState,
  trip: DriverTrip,
  standing: TripStanding,
  decisions: DriverDecisions,
): DriverStep {
  const state = before.next?.trip_id === trip.trip_id ? { ...before, next: null } : before;
  if (standing === 'next') return { state: { ...state, next: trip }, effects: STAY };
  if (isOld(state, trip)) return { state, effects: STAY };
  const { phase } = state;
  if (standing === 'gone') return lost(state, trip, decisions);
  const takesOver = phase.kind === 'approaching' && trip.state === 'accepted';
  if (takesOver && phase.trip.trip_id !== trip.trip_id)
    return enterTrip({ ...state, pending: null }, trip, decisions);
  const own =
    'trip' in phase ? phase.trip.trip_id : phase.kind === 'considering' ? phase.offer.trip_id : null;
  if (own !== null && own !== trip.trip_id) return { state, effects: STAY };
  if (own === null && phaseKindOf(trip) === 'idle') return { state, effects: STAY };
  if (phase.kind === 'unknown' || phase.kind === 'offline') return { state, effects: STAY };
  // An offer that is still open leaves the trip in `processing`.
  if (phase.kind === 'considering' && trip.state === 'processing') return { state, effects: STAY };
  return enterTrip({ ...state, pending: null }, trip, decisions);
}

/** The driver has lost the trip: it is over, the rider canceled, or a nearer driver took it over. */
function lost(state: DriverState, trip: DriverTrip, decisions: DriverDecisions): DriverStep {
  const { phase } = state;
  if (!('trip' in phase) || phase.trip.trip_id !== trip.trip_id) return { state, effects: STAY };
  const seen = { tripId: trip.trip_id, seq: trip.seq };
  return startNextOrIdle({ ...state, seen, pending: null }, decisions);
}

/** Starts the accepted next trip; becomes idle without one. */
function startNextOrIdle(state: DriverState, decisions: DriverDecisions): DriverStep {
  const { next } = state;
  return next === null ? enterIdle(state, decisions) : enterTrip({ ...state, next: null }, next, decisions);
}

function acknowledged(
  state: DriverState,
  { command, view, trip }: Extract<DriverEvent, { type: 'acknowledged' }>,
  decisions: DriverDecisions,
): DriverStep {
  if (state.pending !== command) return { state, effects: STAY };
  const settled = { ...state, pending: null };
  if (command.type === 'online') {
    if (view === undefined) return resync(settled, 'ack_without_driver');
    return enterView({ ...settled, hasSession: true }, view, decisions);
  }
  if (trip === undefined) return resync(settled, 'ack_without_trip');
  const rides = settled.phase.kind === 'riding' && settled.phase.trip.trip_id !== trip.trip_id;
  if (rides) return answeredNext(settled, command, trip);
  if (command.type === 'decline') return enterIdle(settled, decisions);
  return isOld(state, trip) ? { state: settled, effects: STAY } : enterTrip(settled, trip, decisions);
}

/** The answer to an offer of the next trip was acknowledged. */
function answeredNext(state: DriverState, command: DriverCommand, trip: DriverTrip): DriverStep {
  return { state: command.type === 'accept' ? { ...state, next: trip } : state, effects: STAY };
}

function refused(state: DriverState, command: DriverCommand, code: ErrorCode): DriverStep {
  if (state.pending !== command) return { state, effects: STAY };
  const settled = { ...state, pending: null };
  if (code === 'driver_offline' || code === 'session_superseded') return goOnline(settled);
  const isAnswer = command.type === 'accept' || command.type === 'decline';
  // The offer of the next trip has closed: the ride goes on.
  if (isAnswer && state.phase.kind === 'riding' && EXPECTED_REFUSALS.has(code))
    return { state: settled, effects: STAY };
  return resync(settled, EXPECTED_REFUSALS.has(code) ? null : code);
}

/** Handles the alarm: a wait, a drive or the time to think has ended. */
function due(state: DriverState, decisions: DriverDecisions): DriverStep {
  const { phase } = state;
  switch (phase.kind) {
    case 'unknown':
    case 'offline':
      return { state, effects: STAY };
    case 'idle':
      return phase.cruising ? enterIdle(state, decisions) : cruise(state, phase);
    case 'considering':
      return answer(state, phase);
    case 'approaching': {
      const type = phase.decision.cancelAtShare === null ? 'arrived' : 'cancel';
      return send(state, { type, tripId: phase.trip.trip_id });
    }
    case 'boarding':
      return send(state, { type: 'start', tripId: phase.trip.trip_id });
    case 'riding':
      return send(state, { type: 'complete', tripId: phase.trip.trip_id });
  }
}

/** An idle driver who follows hints drives to the place. */
function hinted(state: DriverState, to: Point, decisions: DriverDecisions): DriverStep {
  const { phase } = state;
  if (phase.kind !== 'idle' || !decisions.followsHints) return { state, effects: STAY };
  return {
    state: enter(state, { ...phase, cruising: true }),
    effects: [{ do: 'drive', to, rideOf: null, share: 1 }],
  };
}

function cruise(state: DriverState, phase: Extract<Phase, { kind: 'idle' }>): DriverStep {
  return {
    state: { ...state, phase: { ...phase, cruising: true } },
    effects: [{ do: 'cruise', decision: phase.decision }],
  };
}

function answer(state: DriverState, phase: Extract<Phase, { kind: 'considering' }>): DriverStep {
  const { offer, decision } = phase;
  if (decision.answer !== 'ignore') return send(state, { type: decision.answer, offerId: offer.offer_id });
  if (phase.ignoring) return resync(state, null);
  return {
    state: { ...state, phase: { ...phase, ignoring: true } },
    effects: [{ do: 'wait_until', timestamp: offer.expires_at, graceMs: OFFER_NEWS_GRACE_MS }],
  };
}

function goOnline(state: DriverState): DriverStep {
  const entered = enter(state, { kind: 'offline' });
  return send({ ...entered, hasSession: false }, { type: 'online' });
}

function enterIdle(state: DriverState, decisions: DriverDecisions): DriverStep {
  const decision = decisions.idle(state.idles);
  const entered = enter(state, { kind: 'idle', decision, cruising: false });
  return {
    state: { ...entered, pending: null, idles: state.idles + 1 },
    effects: [{ do: 'pull_over' }, { do: 'wait', ms: decision.parkMs }],
  };
}

function enterOffer(state: DriverState, offer: DriverOffer, decisions: DriverDecisions): DriverStep {
  const decision = decisions.offer(state.offers);
  return {
    state: {
      ...enter(state, { kind: 'considering', offer, decision, ignoring: false }),
      offers: state.offers + 1,
    },
    effects: [{ do: 'wait', ms: decision.thinkMs }],
  };
}

function enterTrip(state: DriverState, trip: DriverTrip, decisions: DriverDecisions): DriverStep {
  const seen = { ...state, seen: { tripId: trip.trip_id, seq: trip.seq } };
  const kind = phaseKindOf(trip);
  if (kind === 'idle') return startNextOrIdle(seen, decisions);
  const trips = state.seen?.tripId === trip.trip_id ? state.trips : state.trips + 1;
  const decision = decisions.trip(trips);
  const entered = { ...enter(seen, { kind, trip, decision }), trips };
  if (kind === 'boarding') return { state: entered, effects: [{ do: 'wait', ms: decision.boardMs }] };
  const drive: DriverEffect =
    kind === 'riding'
      ? { do: 'drive', to: trip.dropoff, rideOf: trip.trip_id, share: 1 }
      : { do: 'drive', to: trip.pickup, rideOf: null, share: decision.cancelAtShare ?? 1 };
  return { state: entered, effects: [drive] };
}

function enter(state: DriverState, phase: Phase): DriverState {
  return { ...state, phase, alarm: state.alarm + 1 };
}

function send(state: DriverState, command: DriverCommand): DriverStep {
  return { state: { ...state, pending: command }, effects: [{ do: 'send', command }] };
}

function resync(state: DriverState, code: string | null): DriverStep {
  const ask: DriverEffect = { do: 'resync', afterMs: RESYNC_DELAY_MS };
  return {
    state: { ...enter(state, { kind: 'unknown' }), pending: null },
    effects: code === null ? [ask] : [{ do: 'report_error', code }, ask],
  };
}

/** The driver's phase for a trip in this state. */
function phaseKindOf(trip: DriverTrip): 'approaching' | 'boarding' | 'riding' | 'idle' {
  switch (trip.state) {
    case 'accepted':
      return 'approaching';
    case 'arrived':
      return 'boarding';
    case 'in_progress':
      return 'riding';
    default:
      return 'idle';
  }
}

function isConsidering({ phase }: DriverState, tripId: string): boolean {
  return phase.kind === 'considering' && phase.offer.trip_id === tripId;
}

/** True for a change that the driver has seen: each one comes both as an acknowledgement and as a push. */
function isOld({ seen }: DriverState, trip: DriverTrip): boolean {
  return seen !== null && seen.tripId === trip.trip_id && trip.seq <= seen.seq;
}
