import { expect, test } from 'vitest';
import { tripRequest } from '../../dev/fixtures/trip-request.ts';
import {
  actorOf,
  claimChangesOf,
  decide,
  evolve,
  isTerminal,
  type Trip,
  type TripCommand,
  type TripEvent,
  type TripState,
} from './index.ts';

const NOW_MS = 1_000;
const BY = { operatorId: 'operator_1', reasonCode: 'breakdown' } as const;
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const ASKED = 'driver_b';
const DRIVING = 'driver_a';

const REQUESTED: TripEvent = {
  type: 'requested',
  atMs: 0,
  request: tripRequest({
    tripId: 'trip_1',
    riderId: 'rider_1',
    quoteId: 'quote_1',
    searchDeadlineAtMs: 100_000,
  }),
};
const OFFER = { offerId: 'offer_1', driverId: ASKED, expiresAtMs: 15_000, pickupEtaS: 60 } as const;
const offered: TripEvent = { type: 'offer_made', atMs: 0, offer: { ...OFFER, pickupDistanceM: 300 } };
const accepted: TripEvent = {
  type: 'driver_assigned',
  atMs: 0,
  driver: { driverId: DRIVING, vehicle: VEHICLE, pickupEtaS: 60 },
};
const onTheWay = [REQUESTED, accepted];
const arrived: TripEvent = { type: 'arrived', atMs: 0, driverId: DRIVING };
const riding: TripEvent[] = [...onTheWay, arrived, { type: 'started', atMs: 0, driverId: DRIVING }];

/** A history for each state, and with an open offer where there can be one. `scheduled` has no producer yet. */
const HISTORIES: Readonly<Record<string, readonly TripEvent[]>> = {
  processing: [REQUESTED],
  'processing with an offer': [REQUESTED, offered],
  accepted: onTheWay,
  'accepted with an offer to another driver': [...onTheWay, offered],
  arrived: [...onTheWay, arrived],
  in_progress: riding,
  'in_progress and stuck': [
    ...riding,
    { type: 'attention_raised', atMs: 0, driverId: DRIVING, reason: 'stuck', silentSinceMs: 0 },
  ],
  completed: [...riding, { type: 'completed', atMs: 0, driverId: DRIVING }],
  rider_canceled: [...onTheWay, { type: 'rider_canceled', atMs: 0, driverId: DRIVING, reason: null }],
  no_drivers_available: [REQUESTED, { type: 'no_drivers_available', atMs: 0 }],
  failed: [...onTheWay, { type: 'failed', atMs: 0, driverId: DRIVING, reason: 'breakdown' }],
};

const OPERATOR: readonly TripCommand[] = [
  { type: 'operator_cancel', by: BY },
  { type: 'operator_complete', by: BY },
  { type: 'operator_fail', by: BY },
  { type: 'operator_redispatch', by: BY, searchMs: 60_000 },
  ...([DRIVING, ASKED, 'driver_c'] as const).flatMap((driverId): TripCommand[] => [
    { type: 'operator_assign', by: BY, driver: { driverId, vehicle: VEHICLE, pickupEtaS: 60 }, force: false },
    { type: 'operator_assign', by: BY, driver: { driverId, vehicle: VEHICLE, pickupEtaS: 60 }, force: true },
    {
      type: 'operator_offer',
      by: BY,
      offer: { ...OFFER, offerId: 'offer_2', driverId, pickupDistanceM: 300 },
    },
  ]),
  { type: 'operator_withdraw', by: BY, offerId: 'offer_1' },
];
const RIDER: readonly TripCommand[] = [{ type: 'rider_cancel', reason: null }];
const DRIVER: readonly TripCommand[] = ([DRIVING, ASKED] as const).flatMap((driverId): TripCommand[] => [
  { type: 'accept', offerId: 'offer_1', driverId, vehicle: VEHICLE },
  { type: 'decline', offerId: 'offer_1', driverId, pauseMs: null },
  { type: 'arrive', driverId },
  { type: 'start', driverId },
  { type: 'complete', driverId },
  { type: 'driver_cancel', driverId, reason: null, searchMs: 60_000 },
]);

/** The states in which each operator's command may win. A withdrawal depends on the offer alone. */
const MAY_WIN: Readonly<Record<string, readonly TripState[]>> = {
  operator_cancel: ['processing', 'accepted', 'arrived'],
  operator_complete: ['in_progress'],
  operator_fail: ['processing', 'accepted', 'arrived', 'in_progress'],
  operator_redispatch: ['accepted', 'arrived'],
  operator_assign: ['processing'],
  operator_offer: ['processing'],
};
/** The end that a repeated command already finds. */
const WANTED: Partial<Record<TripCommand['type'], TripState>> = {
  rider_cancel: 'rider_canceled',
  complete: 'completed',
};

const LOSES = ['illegal_transition', 'not_the_driver', 'offer_closed'];

interface Played {
  trip: Trip;
  outcomes: string[];
  events: TripEvent[];
}

function play(history: readonly TripEvent[], commands: readonly TripCommand[]): Played {
  let trip = history.reduce<Trip | null>(evolve, null)!;
  const [outcomes, events]: [string[], TripEvent[]] = [[], []];
  for (const command of commands) {
    const decision = decide(trip, command, NOW_MS);
    outcomes.push(decision.outcome === 'refused' ? decision.refusal : decision.outcome);
    if (decision.outcome !== 'changed') continue;
    events.push(...decision.events);
    trip = decision.events.reduce<Trip>(evolve, trip);
  }
  return { trip, outcomes, events };
}

/** The drivers that the events leave bound. Fails if one is bound twice or released without being bound. */
function boundBy(events: readonly TripEvent[]): string[] {
  const bound = new Set<string>();
  for (const { driverId, change } of events.flatMap(claimChangesOf)) {
    expect([change, driverId, bound.has(driverId)]).toEqual([
      change,
      driverId,
      change === 'release' || change === 'hold',
    ]);
    if (change === 'release') bound.delete(driverId);
    else bound.add(driverId);
  }
  return [...bound];
}

const PAIRS = OPERATOR.flatMap((one) =>
  [...OPERATOR, ...DRIVER, ...RIDER].flatMap((other) => [
    [one, other],
    [other, one],
  ]),
);
const nameOf = (command: TripCommand): string =>
  'driverId' in command ? `${command.type} by ${command.driverId}` : command.type;

test.each(Object.entries(HISTORIES))(
  'of any two acts of operator, driver and rider on a trip %s one wins, and the loser gets one clear refusal',
  (_, history) => {
    for (const pair of PAIRS) {
      const { trip, outcomes, events } = play(history, pair);
      const race = pair.map(nameOf).join(', then ');
      const ends = [...history, ...events].filter((_, at, all) =>
        isTerminal(all.slice(0, at + 1).reduce<Trip | null>(evolve, null)!.state),
      );
      expect([race, ends.length]).toEqual([race, isTerminal(trip.state) ? 1 : 0]);
      const named = isTerminal(trip.state) ? [] : [trip.driver?.driverId, trip.offer?.driverId];
      expect([race, boundBy([...history, ...events]).toSorted()]).toEqual([
        race,
        named.filter((id) => id !== undefined).toSorted(),
      ]);
      for (const [at, command] of pair.entries()) {
        const before = play(history, pair.slice(0, at)).trip;
        expect([race, outcomesOf(command, before)]).toEqual([race, expect.arrayContaining([outcomes[at]])]);
      }
    }
  },
);

/** The outcomes that an act may have: an operator's wins in its states and is refused in all others. */
function outcomesOf(command: TripCommand, { state, offer, excludedDriverIds }: Trip): readonly string[] {
  if (command.type === 'operator_withdraw')
    return [offer?.offerId === command.offerId ? 'changed' : 'unchanged'];
  if (state === 'processing' && command.type === 'operator_assign' && !command.force)
    return [excludedDriverIds.includes(command.driver.driverId) ? 'driver_excluded' : 'changed'];
  if (state === 'processing' && command.type === 'operator_offer' && offer !== null) return ['trip_not_open'];
  if (state === 'processing' && command.type === 'operator_offer')
    return [excludedDriverIds.includes(command.offer.driverId) ? 'driver_excluded' : 'changed'];
  const states = MAY_WIN[command.type];
  if (states !== undefined) return [states.includes(state) ? 'changed' : 'illegal_transition'];
  if (!isTerminal(state) || state === WANTED[command.type]) return ['changed', 'unchanged', ...LOSES];
  // The driver of an ended trip may still repeat what it did before the end.
  const mayRepeat = command.type === 'accept' || command.type === 'driver_cancel';
  return mayRepeat ? ['unchanged', ...LOSES] : LOSES;
}

test("an operator's act is kept in each event that it makes", () => {
  for (const history of Object.values(HISTORIES))
    for (const command of OPERATOR)
      for (const event of play(history, [command]).events) expect(event).toMatchObject({ by: BY });
});

test('each act names its rider, driver or operator as the actor of its event', () => {
  for (const history of Object.values(HISTORIES))
    for (const command of [...OPERATOR, ...DRIVER, ...RIDER]) {
      const last = play(history, [command]).events.at(-1);
      if (last === undefined) continue;
      const expected =
        'by' in command
          ? { kind: 'operator', id: BY.operatorId }
          : 'driverId' in command
            ? { kind: 'driver', id: command.driverId }
            : { kind: 'rider', id: 'rider_1' };
      expect([command.type, actorOf(last, 'rider_1')]).toEqual([command.type, expected]);
    }
});

test.each<[TripCommand, 'processing' | 'accepted' | 'in_progress', 'matcher' | 'trips']>([
  [{ type: 'offer', offer: { ...OFFER, pickupDistanceM: 300 } }, 'processing', 'matcher'],
  [
    {
      type: 'reassign',
      driver: { driverId: ASKED, vehicle: VEHICLE, pickupEtaS: 60 },
      replacesDriverId: DRIVING,
    },
    'accepted',
    'matcher',
  ],
])('what no person did is an act of the system: %j', (command, state, id) => {
  const [event] = play(HISTORIES[state]!, [command]).events;
  expect(actorOf(event!, 'rider_1')).toEqual({ kind: 'system', id });
});
