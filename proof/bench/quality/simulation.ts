import { matchSteps, settleMatches, type Match } from '#libs/dispatch';
import { seededFractions } from '#libs/random';
import { Asks, type OpenAsk } from './asks.ts';
import { carOf, Dispatcher, driverName, tripName, type Scene, type TripName } from './dispatcher.ts';
import { Fleet, type Trip } from './fleet.ts';
import { Kpis, type RunResult } from './kpis.ts';
import { KnownPlaces } from './known-places.ts';
import { matcherAreas } from './matcher-areas.ts';
import type { RunOptions } from './options.ts';
import type { Policy } from './policies.ts';
import type { Ride, StreetCity } from './street-city.ts';
import { estimatedTimes } from './estimated-times.ts';

const WARM_UP_S = 3_600;
/** Cars start where rides requested in this time before the start had ended. */
const STARTS_FROM_S = 1_800;
/** Without earlier rides: cars start at this many of the first rides of the day. */
const FIRST_RIDES = 2_000;
const CANCEL_WITHIN_S = 180;
const RADIUS_M = 6_000;
/** From the crash of a matcher until its shards are matched again. */
const FAILOVER_S = 4;

/** One fleet in one city under one policy, for some hours of virtual time. */
export class Simulation {
  readonly #city: StreetCity;
  readonly #options: RunOptions;
  readonly #random: () => number;
  readonly #fleet: Fleet;
  readonly #places: KnownPlaces;
  readonly #dispatchers: Dispatcher[];
  readonly #rides: readonly Ride[];
  readonly #kpis: Kpis;
  readonly #trips: Trip[];
  readonly #asks = new Asks();
  #next = 0;

  constructor(city: StreetCity, policy: Policy, options: RunOptions) {
    const { fromS, toS, fleet, seed, matchers, maxWaitS, troubles } = options;
    this.#city = city;
    this.#options = options;
    this.#random = seededFractions(seed);
    this.#rides = city.rides.filter(({ requestedAtS }) => requestedAtS >= fromS && requestedAtS < toS);
    this.#fleet = new Fleet(this.#starts(fleet), fromS);
    this.#places = new KnownPlaces(this.#fleet, troubles.staleS);
    const areas = matcherAreas(city, matchers, RADIUS_M, requestsByNode(city, this.#rides));
    this.#dispatchers = areas.map((area) => new Dispatcher(area, policy, maxWaitS));
    this.#trips = this.#rides.map((ride, id) => this.#tripOf(ride, id));
    this.#kpis = new Kpis(this.#fleet, { measureFromS: fromS + WARM_UP_S, toS, maxWaitS }, city);
  }

  run(): RunResult {
    const { fromS, toS, roundS, maxWaitS } = this.#options;
    const startedAt = performance.now();
    for (let nowS = fromS; nowS < toS + maxWaitS; nowS += roundS) this.#step(nowS);
    return this.#kpis.result(this.#trips, (performance.now() - startedAt) / 1_000);
  }

  #step(nowS: number): void {
    const { roundS, toS, troubles } = this.#options;
    const table = this.#city.tableAt(Math.min(nowS, toS - 1));
    this.#fleet.drive(table, nowS, (trip) => this.#noteEmptyRun(trip));
    this.#places.hear(nowS, roundS);
    this.#kpis.tick(nowS, roundS);
    this.#takeRequests(nowS);
    this.#endWaits(nowS);
    for (const ask of this.#asks.takeDue(nowS)) this.#answer(ask, nowS);
    const etas = estimatedTimes(table, (point) => this.#city.nodeOf(point), troubles.etaNoise);
    const scene: Scene = {
      city: this.#city,
      fleet: this.#fleet,
      places: this.#places,
      etas,
      nowS,
      trips: this.#dispatchers.flatMap(({ trips }) => trips),
      askedDrivers: this.#asks.drivers(),
      heldTrips: this.#asks.trips(),
    };
    this.#round(scene);
    this.#move(scene);
  }

  #noteEmptyRun(trip: Trip): void {
    for (const dispatcher of this.#dispatchers) dispatcher.notePickup(trip);
    const endedS = this.#fleet.endedS[trip.car] as number;
    if (endedS < 0) return;
    const node = this.#fleet.endNodes[trip.car] as number;
    for (const dispatcher of this.#dispatchers)
      dispatcher.noteEmptyRun(node, trip.pickedUpAtS - endedS, { city: this.#city });
  }

  #takeRequests(nowS: number): void {
    for (; this.#next < this.#trips.length; this.#next++) {
      const trip = this.#trips[this.#next] as Trip;
      if (trip.requestedAtS > nowS) return;
      for (const dispatcher of this.#dispatchers) {
        dispatcher.noteRequest(trip, { city: this.#city });
        if (dispatcher.area.owns[trip.from] === 1) dispatcher.trips.push(trip);
      }
    }
  }

  /** Riders who waited too long are lost; some matched riders cancel. */
  #endWaits(nowS: number): void {
    for (const { trips } of this.#dispatchers) {
      for (const trip of trips) {
        if (trip.state === 'waiting' && nowS - trip.requestedAtS > this.#options.maxWaitS)
          trip.state = 'lost';
        if (trip.state !== 'matched' || nowS < trip.cancelAtS) continue;
        this.#fleet.release(trip.car, nowS);
        trip.state = 'canceled';
      }
    }
  }

  /** Matchers take turns: their rounds are not simultaneous, and each sees the results of the others. */
  #round(scene: Scene): void {
    const taken = new Set<string>();
    for (const [number, dispatcher] of this.#dispatchers.entries()) {
      if (this.#isAway(number, scene.nowS)) continue;
      const startedAt = performance.now();
      const plan = dispatcher.match(scene, taken);
      this.#kpis.noteRound(performance.now() - startedAt);
      this.#commit(plan, dispatcher, taken, scene.nowS);
    }
  }

  /** On a yes, applies the match and its follow-ups as far as they still fit the current state; on a no, drops them. */
  #answer({ match, followUps }: OpenAsk, nowS: number): void {
    const { tripId, driverId } = match;
    if (!this.#isAsPlanned(match) || this.#isDeclined(this.#tripOfName(tripId), driverId)) return;
    this.#carryOut([match], nowS);
    for (const next of followUps) {
      if (!this.#isAsPlanned(next)) return;
      this.#carryOut([next], nowS);
    }
  }

  /** Whether the trip still has the same driver, or still waits. */
  #isAsPlanned({ tripId, driverId, replaces }: Match): boolean {
    const trip = this.#tripOfName(tripId);
    if (this.#fleet.heldTrip(carOf(driverId)) !== undefined) return false;
    return replaces === undefined
      ? trip?.state === 'waiting'
      : trip?.state === 'matched' && driverName(trip.car) === replaces;
  }

  /** Free drivers get an offer; drivers at work are assigned immediately. */
  #ask(plan: readonly Match[], own: ReadonlySet<string>, taken: Set<string>, nowS: number): void {
    const { answerS } = this.#options.troubles;
    const { asks, swaps } = matchSteps(plan, (driverId) => this.#holderOf(driverId));
    for (const ring of swaps) this.#carryOut(ring, nowS);
    for (const { match, followUps } of asks) {
      if (taken.has(match.driverId)) continue;
      taken.add(match.driverId);
      const foreign = followUps.findIndex(({ tripId }) => !own.has(tripId));
      const ownPart = foreign === -1 ? followUps : followUps.slice(0, foreign);
      this.#asks.add({ match, followUps: ownPart, dueS: nowS + answerS * (0.5 + this.#random()) });
    }
  }

  #holderOf(driverId: string): TripName | undefined {
    const held = this.#fleet.heldTrip(carOf(driverId));
    return held === undefined ? undefined : tripName(held);
  }

  #tripOfName(name: string): Trip | undefined {
    return this.#trips[Number(name.slice('trip_'.length))];
  }

  /** Drops a match if its driver belongs to a neighbour by then, or declines. */
  #commit(plan: readonly Match[], dispatcher: Dispatcher, taken: Set<string>, nowS: number): void {
    const own = new Set<string>(dispatcher.trips.map(tripName));
    if (this.#options.troubles.answerS > 0) return this.#ask(plan, own, taken, nowS);
    const { stand } = settleMatches(
      plan,
      (driverId) => this.#holderOf(driverId),
      ({ driverId, tripId }) => {
        const held = this.#holderOf(driverId);
        const isForeign = held !== undefined && !own.has(held);
        if (isForeign || (held === undefined && taken.has(driverId))) return true;
        return this.#isDeclined(this.#tripOfName(tripId), driverId);
      },
    );
    this.#carryOut(stand, nowS);
    for (const { driverId } of stand) taken.add(driverId);
  }

  /** Applies all matches together: drivers may swap trips. */
  #carryOut(matches: readonly Match[], nowS: number): void {
    for (const { replaces } of matches)
      if (replaces !== undefined) this.#fleet.release(carOf(replaces), nowS);
    for (const { tripId, driverId, replaces, pickupInS } of matches) {
      const trip = this.#tripOfName(tripId);
      if (trip === undefined) continue;
      if (replaces !== undefined) trip.swaps++;
      else if (this.#random() < this.#options.troubles.cancels)
        trip.cancelAtS = nowS + this.#random() * CANCEL_WITHIN_S;
      trip.boundAtS = nowS;
      trip.foreseenS = pickupInS;
      this.#fleet.bind(carOf(driverId), trip, nowS);
      this.#fleet.events++;
    }
  }

  #isDeclined(trip: Trip | undefined, driverId: string): boolean {
    if (trip === undefined || this.#random() >= this.#options.troubles.declines) return false;
    trip.refusedBy.push(carOf(driverId));
    return true;
  }

  #move(scene: Scene): void {
    const foreseen = this.#trips.slice(this.#next, this.#next + this.#fleet.count);
    for (const [number, dispatcher] of this.#dispatchers.entries()) {
      if (this.#isAway(number, scene.nowS)) continue;
      for (const { car, node } of dispatcher.moves(scene, foreseen))
        if (follows(car, this.#options.troubles.following)) this.#fleet.send(car, node, scene.nowS);
    }
  }

  #isAway(number: number, nowS: number): boolean {
    const { fromS, toS, troubles, roundS } = this.#options;
    const crashS = (fromS + WARM_UP_S + toS) / 2;
    if (!troubles.failover || number !== 0 || nowS < crashS || nowS >= crashS + FAILOVER_S) return false;
    if (nowS >= crashS + FAILOVER_S - roundS) this.#dispatchers[number]?.forget();
    return true;
  }

  #starts(count: number): number[] {
    const { fromS } = this.#options;
    const before = this.#city.rides.filter(
      ({ requestedAtS }) => requestedAtS < fromS && requestedAtS >= fromS - STARTS_FROM_S,
    );
    const sources = before.length > 0 ? before : this.#city.rides.slice(0, FIRST_RIDES);
    return Array.from({ length: count }, () => sources[Math.floor(this.#random() * sources.length)]?.to ?? 0);
  }

  #tripOf({ from, to, rideS, requestedAtS }: Ride, id: number): Trip {
    return {
      id,
      from,
      to,
      rideS,
      requestedAtS,
      state: 'waiting',
      car: -1,
      swaps: 0,
      pickedUpAtS: 0,
      boundAtS: 0,
      foreseenS: 0,
      cancelAtS: Infinity,
      refusedBy: [],
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
