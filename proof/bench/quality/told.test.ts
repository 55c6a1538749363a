import { describe, expect, test } from 'vitest';
import { latticeCity } from './world/lattice-city.ts';
import { Fleet, type Trip } from './world/fleet.ts';
import { Traffic } from './world/traffic.ts';
import { Matcher, tripIdOf } from './matcher/matcher.ts';
import { policyNamed } from './matcher/policies.ts';
import { Told, type Listener } from './told.ts';

const CITY = latticeCity(200);
const FROM_S = 10 * 3_600;
const NEWS_DELAY_S = 1;

/** Two matchers: the first owns all pickups, both see everything. */
function city() {
  const fleet = new Fleet(CITY, new Traffic(1, 0), [0, 100], FROM_S);
  const listeners = ['owner', 'neighbour'].map((self, number): Listener => {
    const everywhere = new Uint8Array(CITY.points.length).fill(1);
    return {
      matcher: new Matcher({
        self,
        policy: policyNamed('engine'),
        maxWaitS: 300,
        pickupRadiusM: 6_000,
        travelTimes: CITY.toldTimes,
        isOwn: () => number === 0,
        cars: 2,
      }),
      area: { owns: number === 0 ? everywhere : new Uint8Array(CITY.points.length), sees: everywhere },
      cells: new Float64Array(2).fill(NaN),
      coming: [],
    };
  });
  const told = new Told(CITY, fleet, listeners, { staleS: 4, newsDelayS: NEWS_DELAY_S });
  told.begin(FROM_S);
  return { fleet, told, owner: listeners[0]!.matcher, neighbour: listeners[1]!.matcher };
}

function trip(change: Partial<Trip> = {}): Trip {
  return {
    id: 0,
    from: 2,
    to: 40,
    rideS: 1_234,
    requestedAtS: FROM_S,
    toldRideS: 400,
    quoted: { streetS: 380, learnedS: 400, upperS: 600 },
    state: 'waiting',
    car: -1,
    swaps: 0,
    pickedUpAtS: 0,
    cancelAtS: Infinity,
    refusedBy: [],
    askedCar: -1,
    version: 0,
    ...change,
  };
}

describe('a matcher', () => {
  test('hears the quote of a ride, never its duration', () => {
    const { told, owner } = city();
    told.tripChanged(trip(), FROM_S, true);
    expect(owner.demand.get(tripIdOf(0))).toMatchObject({ rideS: 400, driverId: undefined });
    expect(JSON.stringify(owner.demand.get(tripIdOf(0)))).not.toContain('1234');
  });

  test('hears the told end of a ride, and its place, when the rider is on board', () => {
    const { fleet, told, owner } = city();
    const ride = trip();
    fleet.bind(0, ride, FROM_S);
    for (let nowS = FROM_S; ride.state !== 'riding' && nowS < FROM_S + 600; nowS += 2)
      fleet.drive(CITY.tableAt(nowS), nowS, { pickedUp: () => undefined, ended: () => undefined });
    told.carChanged(0, ride.pickedUpAtS, undefined);
    expect(owner.supply.view('driver_0')).toMatchObject({
      status: 'on_trip',
      freeAtMs: (ride.pickedUpAtS + 400) * 1_000,
      rideEnd: CITY.pointOf(40),
    });
  });

  test('hears of its own decisions at once, and of its neighbours later', () => {
    const { fleet, told, owner, neighbour } = city();
    const taken = trip();
    fleet.bind(0, taken, FROM_S);
    told.carChanged(0, FROM_S, owner);
    expect(owner.supply.view('driver_0')?.status).toBe('on_trip');
    expect(neighbour.supply.view('driver_0')?.status).toBe('free');
    told.deliver(FROM_S + NEWS_DELAY_S, 0);
    expect(neighbour.supply.view('driver_0')?.status).toBe('on_trip');
  });

  test('hears a position when its turn comes, not each second', () => {
    const { fleet, told, owner } = city();
    fleet.send(0, 15, FROM_S);
    let heard = 0;
    for (let nowS = FROM_S + 1; nowS <= FROM_S + 40; nowS++) {
      fleet.drive(CITY.tableAt(nowS), nowS, { pickedUp: () => undefined, ended: () => undefined });
      const before = owner.supply.view('driver_0')?.point;
      told.deliver(nowS, 1);
      if (owner.supply.view('driver_0')?.point !== before) heard++;
    }
    expect(heard).toBe(10);
  });
});
