import type { Ask, Match } from '#libs/dispatch';
import type { Point } from '#libs/geo';
import { seededFractions } from '#libs/random';
import { Kpis, type RunResult } from './kpis.ts';
import { carOf, driverIdOf, Matcher, numberOf } from './matcher/matcher.ts';
import type { Policy } from './matcher/policies.ts';
import type { RunOptions } from './options.ts';
import { QuotedRides } from './quoted-rides.ts';
import { Told, type Listener } from './told.ts';
import { Fleet, IDLE, MOVING, type Trip } from './world/fleet.ts';
import { matcherAreas } from './world/matcher-areas.ts';
import type { Ride, StreetCity } from './world/street-city.ts';
import { startsOf } from './world/starts.ts';
import { Traffic } from './world/traffic.ts';

const MS_PER_S = 1_000;
/** How long a run warms up before it is measured. */
export const WARM_UP_S = 3_600;
const CANCEL_WITHIN_S = 180;
/** From the crash of a matcher until its shards are matched again. */
const FAILOVER_S = 4;
/** An offer that its driver has not answered yet. */
interface OpenAsk extends Ask {
  readonly by: Matcher;
  readonly dueS: number;
}

/**
 * One fleet in one city under one policy, for some hours of virtual time. The matchers run the code of the live ones, and
 * know what {@link Told} tells them.
 */
export class Simulation {
  readonly #city: StreetCity;
  readonly #options: RunOptions;
  readonly #random: () => number;
  readonly #fleet: Fleet;
  readonly #told: Told;
  readonly #listeners: readonly Listener[];
  readonly #quotes: QuotedRides;
  readonly #kpis: Kpis;
  readonly #trips: Trip[];
  readonly #open = new Set<Trip>();
  #asks: OpenAsk[] = [];
  #next = 0;

  constructor(city: StreetCity, policy: Policy, options: RunOptions) {
    const { fromS, toS, fleet, seed, matchers, maxWaitS, pickupRadiusM, troubles } = options;
    this.#city = city;
    this.#options = options;
    this.#random = seededFractions(seed);
    const rides = city.rides.filter(({ requestedAtS }) => requestedAtS >= fromS && requestedAtS < toS);
    const traffic = new Traffic(seed, troubles.etaNoise);
    this.#fleet = new Fleet(city, traffic, startsOf(city, fromS, fleet, this.#random), fromS);
    this.#quotes = new QuotedRides(city, options.learnedBefore);
    const areas = matcherAreas(city, matchers, pickupRadiusM, requestsByNode(city, rides));
    this.#listeners = areas.map((area, number) => ({
      matcher: new Matcher({
        self: `matcher-${number}`,
        policy,
        maxWaitS,
        pickupRadiusM,
        travelTimes: city.toldTimes,
        isOwn: (place) => area.owns[city.nodeOf(place)] === 1,
        cars: fleet,
      }),
      area,
      cells: new Float64Array(fleet).fill(NaN),
      coming: [],
    }));
    this.#told = new Told(city, this.#fleet, this.#listeners, troubles);
    this.#trips = rides.map((ride, id) => this.#tripOf(ride, id));
    this.#kpis = new Kpis(this.#fleet, { measureFromS: fromS + WARM_UP_S, toS, maxWaitS }, city);
  }

  run(): RunResult {
    const { fromS, toS, roundS, maxWaitS } = this.#options;
    const startedAt = performance.now();
    this.#told.begin(fromS);
    for (let nowS = fromS; nowS < toS + maxWaitS; nowS += roundS) this.#step(nowS);
    return this.#kpis.result(this.#trips, this.#demandSeenPct(), (performance.now() - startedAt) / 1_000);
  }

  #demandSeenPct(): number {
    const seen = this.#listeners.map(
      ({ area }) => this.#trips.filter(({ from }) => area.sees[from] === 1).length,
    );
    const total = seen.reduce((sum, count) => sum + count, 0);
    return (100 * total) / Math.max(1, this.#trips.length * seen.length);
  }

  #step(nowS: number): void {
    const { roundS, toS } = this.#options;
    this.#fleet.drive(this.#city.tableAt(Math.min(nowS, toS - 1)), nowS, {
      pickedUp: (trip) => this.#changed(trip, nowS, undefined),
      ended: (trip) => {
        this.#quotes.completed(trip);
        this.#told.carChanged(trip.car, nowS, undefined);
      },
    });
    this.#told.deliver(nowS, roundS);
    this.#kpis.tick(nowS, roundS);
    this.#takeRequests(nowS);
    this.#endWaits(nowS);
    for (const ask of this.#takeDue(nowS)) this.#answer(ask, nowS);
    this.#round(nowS);
    this.#move(nowS);
  }

  /** Tells a change of a trip and of its driver. */
  #changed(trip: Trip, nowS: number, by: Matcher | undefined): void {
    this.#told.tripChanged(trip, nowS);
    if (trip.state !== 'waiting' && trip.state !== 'matched') this.#open.delete(trip);
    if (trip.car >= 0) this.#told.carChanged(trip.car, nowS, by);
  }

  /** Each rider gets a quote; it knows of the rides that have ended by now. */
  #takeRequests(nowS: number): void {
    for (; this.#next < this.#trips.length; this.#next++) {
      const trip = this.#trips[this.#next] as Trip;
      if (trip.requestedAtS > nowS) return;
      trip.quoted = this.#quotes.quote(trip.from, trip.to, nowS);
      trip.toldRideS = this.#options.rideTimes === 'learned' ? trip.quoted.learnedS : trip.quoted.streetS;
      this.#open.add(trip);
      this.#told.tripChanged(trip, nowS, true);
    }
  }

  /** Riders who waited too long are lost; some matched riders cancel. */
  #endWaits(nowS: number): void {
    for (const trip of this.#open) {
      if (trip.state === 'waiting' && nowS - trip.requestedAtS > this.#options.maxWaitS) {
        trip.state = 'lost';
        this.#changed(trip, nowS, undefined);
      } else if (trip.state === 'matched' && nowS >= trip.cancelAtS) {
        this.#fleet.release(trip.car, nowS);
        trip.state = 'canceled';
        this.#changed(trip, nowS, undefined);
      }
    }
  }

  /** Matchers decide at the same time, on what each was told; claims go to the first. */
  #round(nowS: number): void {
    const held = new Set(this.#asks.flatMap(({ followUps }) => followUps.map(({ tripId }) => tripId)));
    const plans = this.#listeners.map(({ matcher }, number) => {
      if (this.#isAway(number, nowS)) return { matcher, asks: [], swaps: [] };
      const startedAt = performance.now();
      const steps = matcher.round(nowS * MS_PER_S, held);
      this.#kpis.noteRound(performance.now() - startedAt);
      return { matcher, ...steps };
    });
    for (const { matcher, asks, swaps } of plans) {
      for (const ring of swaps)
        if (ring.every((match) => this.#isAsPlanned(match, true))) this.#carryOut(ring, nowS, matcher);
      for (const ask of asks) this.#ask(ask, nowS, matcher);
    }
  }

  /** A claim that is taken by then is refused. */
  #ask(ask: Ask, nowS: number, by: Matcher): void {
    const { match } = ask;
    const trip = this.#tripOfMatch(match);
    const car = carOf(match.driverId);
    if (!this.#isAsPlanned(match, false) || this.#told.isAsked(car) || trip.askedCar >= 0) return;
    const { answerS } = this.#options.troubles;
    const open: OpenAsk = { ...ask, by, dueS: nowS + answerS * (0.5 + this.#random()) };
    if (answerS === 0) {
      this.#answer(open, nowS);
      return;
    }
    trip.askedCar = car;
    this.#told.setAsked(car, true);
    this.#told.tripChanged(trip, nowS);
    this.#told.carChanged(car, nowS, by);
    this.#asks.push(open);
  }

  #takeDue(nowS: number): OpenAsk[] {
    const due = this.#asks.filter(({ dueS }) => dueS <= nowS);
    this.#asks = this.#asks.filter(({ dueS }) => dueS > nowS);
    return due.sort((a, b) => a.dueS - b.dueS);
  }

  /** On a yes, applies the match and its follow-ups as far as they still fit the current state; on a no, drops them. */
  #answer({ match, followUps, by }: OpenAsk, nowS: number): void {
    const trip = this.#tripOfMatch(match);
    const car = carOf(match.driverId);
    if (trip.askedCar === car) {
      trip.askedCar = -1;
      this.#told.setAsked(car, false);
      this.#told.tripChanged(trip, nowS);
      this.#told.carChanged(car, nowS, by);
    }
    if (!this.#isAsPlanned(match, false)) return;
    if (this.#isDeclined(trip, car)) {
      this.#told.tripChanged(trip, nowS);
      return;
    }
    this.#carryOut([match], nowS, by);
    for (const next of followUps) {
      if (!this.#isAsPlanned(next, false)) return;
      this.#carryOut([next], nowS, by);
    }
  }

  /** Whether the trip still has the same driver, or still waits. @param isSwap the driver leaves a trip of its own */
  #isAsPlanned(match: Match, isSwap: boolean): boolean {
    const trip = this.#tripOfMatch(match);
    const held = this.#fleet.heldTrip(carOf(match.driverId));
    if ((held !== undefined) !== isSwap) return false;
    return match.replaces === undefined
      ? trip.state === 'waiting'
      : trip.state === 'matched' && driverIdOf(trip.car) === match.replaces;
  }

  #tripOfMatch({ tripId }: Match): Trip {
    return this.#trips[numberOf(tripId)] as Trip;
  }

  /** Applies all matches together: drivers may swap trips. */
  #carryOut(matches: readonly Match[], nowS: number, by: Matcher): void {
    const released = matches.flatMap(({ replaces }) => (replaces === undefined ? [] : [carOf(replaces)]));
    for (const car of released) this.#fleet.release(car, nowS);
    const bound = new Set<number>();
    for (const match of matches) {
      const trip = this.#tripOfMatch(match);
      if (match.replaces !== undefined) trip.swaps++;
      else if (this.#random() < this.#options.troubles.cancels)
        trip.cancelAtS = nowS + this.#random() * CANCEL_WITHIN_S;
      const car = carOf(match.driverId);
      bound.add(car);
      this.#fleet.bind(car, trip, nowS);
      this.#fleet.events++;
      this.#changed(trip, nowS, by);
    }
    for (const car of released) if (!bound.has(car)) this.#told.carChanged(car, nowS, by);
  }

  #isDeclined(trip: Trip, car: number): boolean {
    if (this.#random() >= this.#options.troubles.declines) return false;
    trip.refusedBy.push(car);
    return true;
  }

  #move(nowS: number): void {
    const foreseen: Point[] = this.#trips
      .slice(this.#next, this.#next + this.#fleet.count)
      .map(({ from }) => this.#city.pointOf(from));
    for (const [number, { matcher }] of this.#listeners.entries()) {
      if (this.#isAway(number, nowS)) continue;
      for (const { driverId, to } of matcher.moves(nowS * MS_PER_S, foreseen)) {
        const car = carOf(driverId);
        const phase = this.#fleet.phases[car];
        if (phase !== IDLE && phase !== MOVING) continue;
        if (follows(car, this.#options.troubles.following))
          this.#fleet.send(car, this.#city.nodeOf(to), nowS);
      }
    }
  }

  #isAway(number: number, nowS: number): boolean {
    const { fromS, toS, troubles, roundS } = this.#options;
    const crashS = (fromS + WARM_UP_S + toS) / 2;
    if (!troubles.failover || number !== 0 || nowS < crashS || nowS >= crashS + FAILOVER_S) return false;
    if (nowS >= crashS + FAILOVER_S - roundS) this.#listeners[number]?.matcher.forget();
    return true;
  }

  #tripOf({ from, to, rideS, requestedAtS }: Ride, id: number): Trip {
    return {
      id,
      from,
      to,
      rideS,
      requestedAtS,
      toldRideS: 0,
      quoted: { streetS: 0, learnedS: 0, upperS: 0 },
      state: 'waiting',
      car: -1,
      swaps: 0,
      pickedUpAtS: 0,
      cancelAtS: Infinity,
      refusedBy: [],
      askedCar: -1,
      version: 0,
    };
  }
}

/** Each driver either always follows advice or never does. */
function follows(car: number, share: number): boolean {
  return ((car * 7_919) % 1_000) / 1_000 < share;
}

function requestsByNode(city: StreetCity, rides: readonly Ride[]): Float64Array {
  const counts = new Float64Array(city.points.length);
  for (const { from } of rides) counts[from] = (counts[from] as number) + 1;
  return counts;
}
