import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimChangesOf,
  decide,
  driverOfEvent,
  evolve,
  FIRST_PAUSE_MS,
  isTerminal,
  MAX_PAUSE_MS,
  type Trip,
  type TripCommand,
  type TripEvent,
  type TripRequest,
  type TripState,
} from './index.ts';

const REQUEST: TripRequest = {
  tripId: 'trip_1',
  riderId: 'rider_1',
  quoteId: 'quote_1',
  product: 'standard',
  pickup: { lat: 38.71, lng: -9.14 },
  dropoff: { lat: 38.72, lng: -9.13 },
  pickupCell: '89393362b83ffff',
  fareAmountMinor: 700,
  fareCurrency: 'EUR',
  distanceM: 2_000,
  tripS: 400,
  requestedAtMs: 0,
  searchDeadlineAtMs: 100_000,
};
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const SILENCE_LIMITS = { acceptedMs: 9_000, arrivedMs: 20_000, stuckMs: 30_000, lostContactMs: 60_000 };
const ACT = { operatorId: 'operator_1', reasonCode: 'breakdown' } as const;
const requested: TripEvent = { type: 'requested', atMs: 0, request: REQUEST };

/** The only legal transitions. */
const LEGAL: Readonly<Record<TripState, readonly TripState[]>> = {
  scheduled: ['processing'],
  processing: ['processing', 'accepted', 'rider_canceled', 'no_drivers_available', 'failed'],
  accepted: ['accepted', 'arrived', 'processing', 'rider_canceled', 'failed'],
  arrived: ['in_progress', 'processing', 'rider_canceled', 'failed'],
  in_progress: ['in_progress', 'completed', 'failed'],
  completed: [],
  rider_canceled: [],
  no_drivers_available: [],
  failed: [],
};

const driver = fc.constantFrom('driver_a', 'driver_b', 'driver_c');
const replaces = fc.option(driver);
const offerId = fc.constantFrom('offer_1', 'offer_2', 'offer_3');
const command: fc.Arbitrary<TripCommand> = fc.oneof(
  fc
    .record({ offerId, driverId: driver, ttlMs: fc.integer({ min: 1, max: 20_000 }), replaces })
    .map(({ offerId, driverId, ttlMs, replaces }): TripCommand => ({
      type: 'offer',
      offer: {
        offerId,
        driverId,
        expiresAtMs: ttlMs,
        pickupEtaS: 60,
        pickupDistanceM: 300,
        ...(replaces !== null && { replacesDriverId: replaces }),
      },
    })),
  fc.record({ driverId: driver, replaces }).map(({ driverId, replaces }): TripCommand => ({
    type: 'reassign',
    driver: { driverId, vehicle: VEHICLE, pickupEtaS: 40 },
    replacesDriverId: replaces,
  })),
  fc.record({
    type: fc.constant('accept' as const),
    offerId,
    driverId: driver,
    vehicle: fc.constant(VEHICLE),
  }),
  fc.record({
    type: fc.constant('decline' as const),
    offerId,
    driverId: driver,
    pauseMs: fc.constantFrom(null, 60_000),
  }),
  fc.record({ type: fc.constant('expire_offer' as const), offerId }),
  fc.record({ type: fc.constant('undelivered' as const), offerId, polling: fc.boolean() }),
  fc.record({
    type: fc.constantFrom('arrive' as const, 'start' as const, 'complete' as const),
    driverId: driver,
  }),
  fc.record({
    type: fc.constant('driver_cancel' as const),
    driverId: driver,
    reason: fc.constant(null),
    searchMs: fc.constant(50_000),
  }),
  fc.record({ type: fc.constant('rider_cancel' as const), reason: fc.constant('changed my mind') }),
  fc.constant<TripCommand>({ type: 'give_up' }),
  fc
    .record({ driverId: driver, silentSinceMs: fc.integer({ min: -20_000_000, max: 200_000 }) })
    .map(({ driverId, silentSinceMs }): TripCommand => ({
      type: 'silence',
      driverId,
      silentSinceMs,
      limits: SILENCE_LIMITS,
      searchMs: 50_000,
    })),
  fc.record({ type: fc.constant('driver_heard' as const), driverId: driver }),
  fc.constantFrom<TripCommand>(
    { type: 'operator_cancel', by: ACT },
    { type: 'operator_complete', by: ACT },
    { type: 'operator_fail', by: ACT },
    { type: 'operator_redispatch', by: ACT, searchMs: 50_000 },
  ),
  fc.record({ type: fc.constant('operator_withdraw' as const), by: fc.constant(ACT), offerId }),
  fc.record({ driverId: driver, force: fc.boolean() }).map(({ driverId, force }): TripCommand => ({
    type: 'operator_assign',
    by: ACT,
    driver: { driverId, vehicle: VEHICLE, pickupEtaS: 40 },
    force,
  })),
);
const history = fc.array(fc.record({ command, afterMs: fc.integer({ min: 0, max: 30_000 }) }), {
  maxLength: 40,
});

/** Plays commands at their times; the lifetime of an offer starts when it is made. */
function play(
  steps: readonly { command: TripCommand; afterMs: number }[],
  onStep: (before: Trip, after: Trip, event: TripEvent) => void,
): TripEvent[] {
  let trip = evolve(null, requested);
  let nowMs = 0;
  const events = [requested];
  for (const { command: step, afterMs } of steps) {
    nowMs += afterMs;
    const now =
      step.type === 'offer'
        ? { ...step, offer: { ...step.offer, expiresAtMs: nowMs + step.offer.expiresAtMs } }
        : step;
    const decision = decide(trip, now, nowMs);
    if (decision.outcome !== 'changed') continue;
    for (const event of decision.events) {
      const next = evolve(trip, event);
      onStep(trip, next, event);
      events.push(event);
      trip = next;
    }
  }
  return events;
}

const GETS_A_DRIVER: ReadonlySet<TripEvent['type']> = new Set([
  'offer_made',
  'driver_assigned',
  'driver_swapped',
]);
/** When the driver of an event may be asked again: never after a refusal, later after silence. */
function askedAgainFromMs(event: TripEvent): number | undefined {
  switch (event.type) {
    case 'driver_redispatched':
    case 'driver_lost':
      return Infinity;
    case 'offer_declined':
      return event.askAgainAtMs ?? Infinity;
    case 'offer_expired':
    case 'offer_undelivered':
      return event.askAgainAtMs;
    default:
      return undefined;
  }
}

/** The drivers that a trip binds, by an offer and as its driver. */
interface Bound {
  readonly offer: string | null;
  readonly trip: string | null;
}

/** The drivers that the trip binds after an event, and whether the event is legal for those bound before. */
function claimStep(before: Bound, event: TripEvent): { bound: Bound; isLegal: boolean } {
  let [bound, isLegal] = [before, true];
  for (const { driverId, change } of claimChangesOf(event)) {
    const isBound = bound.offer === driverId || bound.trip === driverId;
    switch (change) {
      case 'take':
        isLegal &&= bound.offer === null && !isBound;
        bound = { ...bound, offer: driverId };
        break;
      case 'hold':
        isLegal &&= bound.offer === driverId && bound.trip === null;
        bound = { offer: null, trip: driverId };
        break;
      case 'assign':
        isLegal &&= !isBound && bound.trip === null && bound.offer === null;
        bound = { ...bound, trip: driverId };
        break;
      case 'release':
        isLegal &&= isBound;
        bound = bound.trip === driverId ? { ...bound, trip: null } : { ...bound, offer: null };
    }
  }
  return { bound, isLegal };
}

describe('any history of commands', () => {
  test('moves only along legal transitions, with consecutive event numbers, and not at all after the end', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, (before, after) => {
          expect(LEGAL[before.state]).toContain(after.state);
          expect(isTerminal(before.state)).toBe(false);
          expect(after.seq).toBe(before.seq + 1);
        });
      }),
    );
  });

  test('binds one driver at a time, besides an asked one, and frees every driver that it bound', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let bound: Bound = { offer: null, trip: null };
        play(steps, (_, after, event) => {
          const step = claimStep(bound, event);
          expect(step.isLegal).toBe(true);
          bound = step.bound;
          // An ended trip still names its driver, but binds none.
          const named = isTerminal(after.state) ? null : (after.driver?.driverId ?? null);
          expect(bound).toEqual({ trip: named, offer: after.offer?.driverId ?? null });
        });
      }),
    );
  });

  test('never takes the driver from a rider but for another one, unless the driver gives the trip back or is lost', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, (before, after, event) => {
          const isLeft = before.driver !== null && after.driver === null;
          expect(isLeft).toBe(event.type === 'driver_redispatched' || event.type === 'driver_lost');
        });
      }),
    );
  });

  test('asks a driver again neither after a refusal nor during a pause', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const againFromMs = new Map<string, number>();
        play(steps, (_, __, event) => {
          const driverId = driverOfEvent(event) ?? '';
          const fromMs = againFromMs.get(driverId) ?? 0;
          // An operator who forces an assignment overrules the driver's refusal.
          const isForced = event.type === 'driver_assigned' && event.forced === true;
          expect(GETS_A_DRIVER.has(event.type) && !isForced && event.atMs < fromMs).toBe(false);
          againFromMs.set(driverId, Math.max(fromMs, askedAgainFromMs(event) ?? 0));
        });
      }),
    );
  });

  test('may always ask a driver again who has only been silent, at the latest after the longest pause', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('lapsed', 'undelivered', 'polling'), { maxLength: 12 }),
        (fates) => {
          let [trip, nowMs, silences] = [evolve(null, requested), 0, 0];
          const step = (type: TripCommand): void => {
            const decision = decide(trip, type, nowMs);
            if (decision.outcome !== 'changed') throw new Error(`${type.type} is ${decision.outcome}`);
            trip = decision.events.reduce<Trip>(evolve, { ...trip, searchDeadlineAtMs: Infinity });
          };
          for (const fate of fates) {
            const offerId = 'offer_1';
            const terms = { pickupEtaS: 60, pickupDistanceM: 300, expiresAtMs: nowMs + 15_000 };
            trip = { ...trip, searchDeadlineAtMs: Infinity };
            step({ type: 'offer', offer: { offerId, driverId: 'driver_a', ...terms } });
            nowMs += fate === 'lapsed' ? 15_000 : 2_000;
            if (fate === 'lapsed') step({ type: 'expire_offer', offerId });
            else step({ type: 'undelivered', offerId, polling: fate === 'polling' });
            silences += Number(fate !== 'polling');
            const pauseMs = (trip.pauses[0]?.untilMs ?? Infinity) - nowMs;
            expect(pauseMs).toBe(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, silences - 1)));
            nowMs += pauseMs;
          }
        },
      ),
    );
  });

  test('is restored from its events alone', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let last = evolve(null, requested);
        const events = play(steps, (_, after) => {
          last = after;
        });
        expect(events.reduce<Trip | null>(evolve, null)).toEqual(last);
      }),
    );
  });

  test('does not change when the last command is repeated', () => {
    fc.assert(
      fc.property(history, command, fc.integer({ min: 0, max: 200_000 }), (steps, last, nowMs) => {
        const trip = play(steps, () => undefined).reduce<Trip | null>(evolve, null);
        const decision = decide(trip!, last, nowMs);
        fc.pre(last.type !== 'offer' && decision.outcome === 'changed');
        const events = decision.outcome === 'changed' ? decision.events : [];
        const next = events.reduce<Trip | null>(evolve, trip);
        expect(decide(next!, last, nowMs).outcome).not.toBe('changed');
      }),
    );
  });
});

describe('deadlines', () => {
  const offered = [
    requested,
    {
      type: 'offer_made',
      atMs: 0,
      offer: {
        offerId: 'offer_1',
        driverId: 'driver_a',
        expiresAtMs: 15_000,
        pickupEtaS: 60,
        pickupDistanceM: 300,
      },
    } as const,
  ].reduce<Trip | null>(evolve, null)!;

  test('an offer can be accepted until it expires, and expires from then on', () => {
    const accept: TripCommand = {
      type: 'accept',
      offerId: 'offer_1',
      driverId: 'driver_a',
      vehicle: VEHICLE,
    };
    const expire: TripCommand = { type: 'expire_offer', offerId: 'offer_1' };
    expect(decide(offered, accept, 14_999).outcome).toBe('changed');
    expect(decide(offered, accept, 15_000)).toEqual({ outcome: 'refused', refusal: 'offer_closed' });
    expect(decide(offered, expire, 14_999)).toEqual({ outcome: 'refused', refusal: 'too_early' });
    expect(decide(offered, expire, 15_000).outcome).toBe('changed');
  });

  test('a search is given up at its deadline, unless an offer is open', () => {
    const open = evolve(null, requested);
    expect(decide(open, { type: 'give_up' }, 99_999)).toEqual({ outcome: 'refused', refusal: 'too_early' });
    expect(decide(open, { type: 'give_up' }, 100_000).outcome).toBe('changed');
    expect(decide(offered, { type: 'give_up' }, 100_000)).toEqual({
      outcome: 'refused',
      refusal: 'too_early',
    });
  });

  test('a driver who gives the trip back restarts the search, with time to find another one', () => {
    const accepted = decide(
      offered,
      { type: 'accept', offerId: 'offer_1', driverId: 'driver_a', vehicle: VEHICLE },
      1_000,
    );
    const trip = evolve(offered, accepted.outcome === 'changed' ? accepted.events[0]! : requested);
    const decision = decide(
      trip,
      { type: 'driver_cancel', driverId: 'driver_a', reason: 'flat tyre', searchMs: 60_000 },
      90_000,
    );
    expect(decision).toMatchObject({
      events: [{ type: 'driver_redispatched', searchDeadlineAtMs: 150_000 }],
    });
    expect(
      decide(trip, { type: 'driver_cancel', driverId: 'driver_b', reason: null, searchMs: 60_000 }, 90_000),
    ).toEqual({
      outcome: 'refused',
      refusal: 'not_the_driver',
    });
  });
});
