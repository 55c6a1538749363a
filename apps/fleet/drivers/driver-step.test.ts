import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newId,
  toTimestamp,
  type DriverOffer,
  type DriverTrip,
  type DriverView,
  type TripStanding,
} from '#libs/contracts';
import type { TripState } from '#libs/trip';
import type { DriverDecisions, OfferDecision } from './driver-decisions.ts';
import { NEW_DRIVER, type DriverCommand, type DriverEvent, type DriverState } from './driver-state.ts';
import { driverStep } from './driver-step.ts';

const PLACE = { lat: 38.71, lng: -9.14 };
const AT = toTimestamp(1_800_000_000_000);
const FARE = { amount_minor: 900, currency: 'EUR' };
const DRIVER_ID = newId('driver');

function decisions(
  answer: OfferDecision['answer'] = 'accept',
  cancelAtShare: number | null = null,
): DriverDecisions {
  return {
    offer: () => ({ answer, thinkMs: 2_000 }),
    trip: () => ({ boardMs: 5_000, cancelAtShare }),
    idle: () => ({ parkMs: 60_000, cruiseEastM: 100, cruiseNorthM: 100 }),
    followsHints: true,
  };
}

function offer(): DriverOffer {
  return {
    offer_id: newId('offer'),
    trip_id: newId('trip'),
    product: 'standard',
    pickup: PLACE,
    dropoff: PLACE,
    fare: FARE,
    pickup_eta_s: 60,
    pickup_distance_m: 400,
    distance_m: 1_500,
    distance_source: 'road',
    trip_s: 300,
    requested_at: AT,
    expires_at: AT,
  };
}

function tripOf({ trip_id }: DriverOffer, state: TripState, seq: number): DriverTrip {
  return {
    trip_id,
    product: 'standard',
    state,
    seq,
    pickup: PLACE,
    dropoff: PLACE,
    fare: FARE,
    distance_m: 1_500,
    distance_source: 'road',
    trip_s: 300,
    requested_at: AT,
    accepted_at: null,
    arrived_at: null,
    started_at: null,
    ended_at: null,
    cancel_reason: null,
  };
}

function view(change: Partial<DriverView> = {}): DriverView {
  return {
    driver_id: DRIVER_ID,
    status: 'free',
    session: 1,
    last_seq: null,
    product: 'standard',
    vehicle: null,
    offer: null,
    trip: null,
    next_trip: null,
    ...change,
  };
}

/** Applies events in order; returns the last state and all commands that were sent. */
function play(start: DriverState, events: readonly DriverEvent[], chance = decisions()) {
  let state = start;
  const sent: DriverCommand[] = [];
  const done: string[] = [];
  for (const event of events) {
    const step = driverStep(state, event, chance);
    state = step.state;
    for (const effect of step.effects) {
      done.push(effect.do);
      if (effect.do === 'send') sent.push(effect.command);
    }
  }
  return { state, sent, done };
}

function online(): DriverState {
  const { state, sent } = play(NEW_DRIVER, [{ type: 'synced', view: view() }]);
  return play(state, [{ type: 'acknowledged', command: sent[0]!, view: view() }]).state;
}

function offered(one: DriverOffer): DriverState {
  return play(online(), [{ type: 'offered', offer: one }]).state;
}

const due = (state: DriverState): DriverEvent => ({ type: 'due', alarm: state.alarm });

/** Fires the alarm and acknowledges the command that follows with the trip. */
function ringAndAcknowledge(state: DriverState, trip: DriverTrip, chance = decisions()): DriverState {
  const rung = play(state, [due(state)], chance);
  const command = rung.sent[0]!;
  return play(rung.state, [{ type: 'acknowledged', command, trip }], chance).state;
}

describe('a driver', () => {
  test('opens its own session even if an older one exists', () => {
    const { sent, state } = play(NEW_DRIVER, [
      { type: 'synced', view: view({ status: 'free', session: 9 }) },
    ]);
    expect(sent).toEqual([{ type: 'online' }]);
    expect(state.hasSession).toBe(false);
    expect(online()).toMatchObject({ phase: { kind: 'idle' }, hasSession: true, pending: null });
  });

  test('follows a hint while idle, if it is a driver who does, and parks there', () => {
    const to = { lat: 38.75, lng: -9.14 };
    const hinted: DriverEvent = { type: 'hinted', to };
    const step = driverStep(online(), hinted, decisions());
    expect(step.effects).toEqual([{ do: 'drive', to, rideOf: null, share: 1 }]);
    expect(play(step.state, [due(online())]).done).toEqual([]);
    expect(play(step.state, [due(step.state)]).done).toEqual(['pull_over', 'wait']);
    expect(play(online(), [hinted], { ...decisions(), followsHints: false }).done).toEqual([]);
    expect(play(offered(offer()), [hinted]).done).toEqual([]);
  });

  test('accepts the next trip with a rider on board, and drives to it after the ride', () => {
    const one = offer();
    let state = offered(one);
    for (const [index, kind] of (['accepted', 'arrived', 'in_progress'] as const).entries())
      state = ringAndAcknowledge(state, tripOf(one, kind, index + 3));
    const two = offer();
    const answered = play(state, [{ type: 'offered', offer: two }]);
    expect(answered.sent).toEqual([{ type: 'accept', offerId: two.offer_id }]);
    const accepted: DriverEvent = {
      type: 'acknowledged',
      command: answered.sent[0]!,
      trip: tripOf(two, 'accepted', 3),
    };
    state = play(answered.state, [accepted]).state;
    expect(state).toMatchObject({ phase: { kind: 'riding' }, next: { trip_id: two.trip_id }, pending: null });
    state = ringAndAcknowledge(state, tripOf(one, 'completed', 6));
    expect(state).toMatchObject({
      phase: { kind: 'approaching', trip: { trip_id: two.trip_id } },
      next: null,
      trips: 2,
    });
  });

  test('drives to another rider after a reassignment, and is free after another driver took its trip over', () => {
    const [one, two] = [offer(), offer()];
    const state = ringAndAcknowledge(offered(one), tripOf(one, 'accepted', 3));
    const gone: DriverEvent = { type: 'trip_changed', trip: tripOf(one, 'accepted', 4), standing: 'gone' };
    const given: DriverEvent = {
      type: 'trip_changed',
      trip: tripOf(two, 'accepted', 3),
      standing: 'current',
    };
    expect(play(state, [gone]).state.phase.kind).toBe('idle');
    for (const order of [
      [gone, given],
      [given, gone],
    ])
      expect(play(state, order).state.phase).toMatchObject({
        kind: 'approaching',
        trip: { trip_id: two.trip_id },
      });
  });

  test('takes a trip from the offer to the dropoff', () => {
    const one = offer();
    let state = offered(one);
    const phases = [state.phase.kind];
    for (const [index, kind] of (['accepted', 'arrived', 'in_progress', 'completed'] as const).entries()) {
      state = ringAndAcknowledge(state, tripOf(one, kind, index + 3));
      phases.push(state.phase.kind);
    }
    expect(phases).toEqual(['considering', 'approaching', 'boarding', 'riding', 'idle']);
    expect(state.trips).toBe(1);
  });

  test('declines, or lets the offer expire and reads its state if no push comes', () => {
    const one = offer();
    const declined = ringAndAcknowledge(offered(one), tripOf(one, 'processing', 3), decisions('decline'));
    expect(declined.phase.kind).toBe('idle');
    const ignoring = play(offered(one), [], decisions('ignore')).state;
    const considering = play(online(), [{ type: 'offered', offer: one }], decisions('ignore')).state;
    const waited = play(considering, [due(considering)], decisions('ignore'));
    expect([waited.sent, waited.done]).toEqual([[], ['wait_until']]);
    expect(play(waited.state, [due(waited.state)], decisions('ignore')).done).toEqual(['resync']);
    const closed: DriverEvent = { type: 'offer_closed', tripId: one.trip_id, accepted: false };
    expect(play(waited.state, [closed]).state.phase.kind).toBe('idle');
    expect(ignoring.phase.kind).toBe('considering');
  });

  test('gives a trip back when its decision says so', () => {
    const one = offer();
    const chance = decisions('accept', 0.5);
    const approaching = ringAndAcknowledge(offered(one), tripOf(one, 'accepted', 3), chance);
    const rung = play(approaching, [due(approaching)], chance);
    expect(rung.sent).toEqual([{ type: 'cancel', tripId: one.trip_id }]);
    const back: DriverEvent = {
      type: 'acknowledged',
      command: rung.sent[0]!,
      trip: tripOf(one, 'processing', 4),
    };
    expect(play(rung.state, [back], chance).state.phase.kind).toBe('idle');
  });

  test('is free again when the rider cancels, and stops at the next crossing', () => {
    const one = offer();
    const approaching = ringAndAcknowledge(offered(one), tripOf(one, 'accepted', 3));
    const news: DriverEvent = {
      type: 'trip_changed',
      trip: tripOf(one, 'rider_canceled', 4),
      standing: 'gone',
    };
    const { state, done } = play(approaching, [news]);
    expect(state.phase.kind).toBe('idle');
    expect(done).toContain('pull_over');
  });

  test('receives the same change by acknowledgement and by push, and acts once', () => {
    const one = offer();
    const state = offered(one);
    const rung = play(state, [due(state)]);
    const trip = tripOf(one, 'accepted', 3);
    const acknowledged: DriverEvent = { type: 'acknowledged', command: rung.sent[0]!, trip };
    const pushed: DriverEvent = { type: 'trip_changed', trip, standing: 'current' };
    for (const order of [
      [acknowledged, pushed],
      [pushed, acknowledged],
    ]) {
      const { done, state: after } = play(rung.state, order);
      expect(done).toEqual(['drive']);
      expect(after).toMatchObject({ phase: { kind: 'approaching' }, pending: null });
    }
  });

  test('a stale change of an ended trip has no effect', () => {
    const one = offer();
    let state = offered(one);
    for (const [index, kind] of (['accepted', 'arrived', 'in_progress', 'completed'] as const).entries()) {
      state = ringAndAcknowledge(state, tripOf(one, kind, index + 3));
    }
    const late = play(state, [
      { type: 'trip_changed', trip: tripOf(one, 'in_progress', 5), standing: 'current' },
    ]);
    expect(late.state).toEqual(state);
    expect(late.done).toEqual([]);
  });

  test('an alarm of an earlier phase is stale', () => {
    const one = offer();
    const idle = online();
    const considering = play(idle, [{ type: 'offered', offer: one }]).state;
    expect(play(considering, [due(idle)]).done).toEqual([]);
  });

  test('resends a change after a reconnect if the service has not applied it', () => {
    const one = offer();
    const state = offered(one);
    const { state: accepting } = play(state, [due(state)]);
    const again = play(accepting, [{ type: 'synced', view: view({ status: 'offered', offer: one }) }]);
    expect(again.sent).toEqual([{ type: 'accept', offerId: one.offer_id }]);
    const known = play(accepting, [
      { type: 'synced', view: view({ status: 'on_trip', trip: tripOf(one, 'accepted', 3) }) },
    ]);
    expect(known.state).toMatchObject({ phase: { kind: 'approaching' }, pending: null });
    const gone = play(accepting, [{ type: 'synced', view: view() }]);
    expect(gone.state).toMatchObject({ phase: { kind: 'idle' }, pending: null });
  });

  test('reads its state after a final refusal, and reports one that no race explains', () => {
    const one = offer();
    const state = offered(one);
    const { state: accepting, sent } = play(state, [due(state)]);
    const closed = play(accepting, [{ type: 'refused', command: sent[0]!, code: 'offer_closed' }]);
    expect(closed.done).toEqual(['resync']);
    const odd = play(accepting, [{ type: 'refused', command: sent[0]!, code: 'forbidden' }]);
    expect(odd.done).toEqual(['report_error', 'resync']);
    expect(play(closed.state, [{ type: 'synced', view: view() }]).state.phase.kind).toBe('idle');
    const offline = play(accepting, [{ type: 'refused', command: sent[0]!, code: 'driver_offline' }]);
    expect(offline.sent).toEqual([{ type: 'online' }]);
  });

  test('goes online again after the service dropped its session', () => {
    expect(play(online(), [{ type: 'session_lost' }]).sent).toEqual([{ type: 'online' }]);
    expect(play(online(), [{ type: 'synced', view: view({ status: 'offline' }) }]).sent).toEqual([
      { type: 'online' },
    ]);
  });
});

/** The service's rules for one driver and one trip: the driver's view, and the effect of each change. */
class Rules {
  readonly #offer = offer();
  #state: TripState = 'processing';
  #seq = 2;
  #isOnline = false;

  get view(): DriverView {
    if (!this.#isOnline) return view({ status: 'offline', session: null });
    if (this.#state === 'completed') return view();
    if (this.#state === 'processing') return view({ status: 'offered', offer: this.#offer });
    return view({ status: 'on_trip', trip: this.trip });
  }

  get trip(): DriverTrip {
    return tripOf(this.#offer, this.#state, this.#seq);
  }

  get isCompleted(): boolean {
    return this.#state === 'completed';
  }

  /** The answer to a change; an illegal one is refused. */
  take(command: DriverCommand): DriverEvent {
    if (command.type === 'online') {
      this.#isOnline = true;
      return { type: 'acknowledged', command, view: this.view };
    }
    const [from, to] = STEPS[command.type] ?? [];
    if (from !== this.#state || to === undefined) {
      return {
        type: 'refused',
        command,
        code: command.type === 'accept' ? 'offer_closed' : 'illegal_transition',
      };
    }
    this.#state = to;
    this.#seq++;
    return { type: 'acknowledged', command, trip: this.trip };
  }
}

const STEPS: Partial<Record<DriverCommand['type'], readonly [TripState, TripState]>> = {
  accept: ['processing', 'accepted'],
  arrived: ['accepted', 'arrived'],
  start: ['arrived', 'in_progress'],
  complete: ['in_progress', 'completed'],
};

/** Standing of the only trip. */
function standingOf({ state }: DriverTrip): TripStanding {
  return ['accepted', 'arrived', 'in_progress'].includes(state) ? 'current' : 'gone';
}

/** How the network treats one exchange. */
type Fate = 'works' | 'request lost' | 'answer lost' | 'news first' | 'news only';

test('the trip is completed after any loss of messages, once the network works again', () => {
  const fate = fc.constantFrom<Fate>('works', 'request lost', 'answer lost', 'news first', 'news only');
  fc.assert(
    fc.property(fc.array(fate, { maxLength: 30 }), (fates) => {
      const rules = new Rules();
      let state: DriverState = NEW_DRIVER;
      const apply = (event: DriverEvent): readonly DriverCommand[] => {
        const step = driverStep(state, event, decisions());
        state = step.state;
        const needsSync = step.effects.some((effect) => effect.do === 'resync');
        const sent = step.effects.flatMap((effect) => (effect.do === 'send' ? [effect.command] : []));
        return needsSync ? [...sent, ...apply({ type: 'synced', view: rules.view })] : sent;
      };
      const exchange = (command: DriverCommand, how: Fate): void => {
        if (how === 'request lost') return;
        const answer = rules.take(command);
        if (how !== 'works' && how !== 'answer lost' && command.type !== 'online') {
          apply({ type: 'trip_changed', trip: rules.trip, standing: standingOf(rules.trip) });
        }
        if (how === 'works' || how === 'news first')
          for (const next of apply(answer)) exchange(next, 'works');
      };
      const round = (how: Fate): void => {
        // A lost exchange means a lost socket. The new socket's welcome may cause a resend; otherwise the alarm does.
        const again = apply({ type: 'synced', view: rules.view });
        const commands = again.length > 0 ? again : apply({ type: 'due', alarm: state.alarm });
        for (const command of commands) exchange(command, how);
      };
      for (const how of fates) round(how);
      for (let calm = 0; calm < 12 && !rules.isCompleted; calm++) round('works');
      expect(rules.isCompleted).toBe(true);
      apply({ type: 'synced', view: rules.view });
      expect(state).toMatchObject({ phase: { kind: 'idle' }, pending: null });
    }),
    { numRuns: 500 },
  );
});
