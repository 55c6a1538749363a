import {
  DispatchEngine,
  type EngineTrip,
  type Match,
  type MatchDrivers,
  type PairEtas,
} from '#libs/dispatch';
import { greatCircleM } from '#libs/geo';
import { IDLE, MOVING, RIDING, type Fleet, type Trip } from './fleet.ts';
import type { MatcherArea } from './matcher-areas.ts';
import type { Policy } from './policies.ts';
import type { KnownPlaces } from './known-places.ts';
import type { StreetCity } from './street-city.ts';

export type DriverName = `driver_${number}`;
export type TripName = `trip_${number}`;
const PRODUCT = 'standard';

/** Input of a matcher's decisions. */
export interface Scene {
  readonly city: StreetCity;
  readonly fleet: Fleet;
  readonly places: KnownPlaces;
  readonly etas: PairEtas;
  readonly nowS: number;
  /** All trips that are not picked up yet, of every matcher. */
  readonly trips: readonly Trip[];
  /** Drivers with an open offer, and the trips that are reserved until its answer. */
  readonly askedDrivers: ReadonlySet<string>;
  readonly heldTrips: ReadonlySet<string>;
}

/** Drivers of a scene, in the engine's format. */
interface Seen extends MatchDrivers {
  readonly ids: DriverName[];
  readonly products: string[];
  readonly points: Scene['city']['points'][number][];
  readonly availableInS: number[];
}

/** One matcher: its trips, and its policy for choosing drivers. */
export class Dispatcher {
  readonly area: MatcherArea;
  readonly #policy: Policy;
  #engine: DispatchEngine | undefined;
  readonly #maxWaitS: number;
  #lastMovesS = -Infinity;
  #lastRoundS: number | undefined;
  /** Trips that are not picked up yet, oldest first. */
  trips: Trip[] = [];

  constructor(area: MatcherArea, policy: Policy, maxWaitS: number) {
    this.area = area;
    this.#policy = policy;
    this.#maxWaitS = maxWaitS;
    this.forget();
  }

  /** Restarts as another process that takes the shards over: trips remain, the learned statistics are lost. */
  forget(): void {
    if (this.#policy.kind !== 'engine') return;
    const { params } = this.#policy;
    this.#engine = new DispatchEngine({ ...params, match: { ...params.match, maxWaitS: this.#maxWaitS } });
  }

  noteRequest(trip: Trip, { city }: Pick<Scene, 'city'>): void {
    if (this.area.sees[trip.from] === 1)
      this.#engine?.noteRequest(city.points[trip.from] ?? NOWHERE, trip.requestedAtS * 1_000);
  }

  notePickup(trip: Trip): void {
    if (this.area.owns[trip.from] === 1)
      this.#engine?.notePickup(trip.foreseenS, trip.pickedUpAtS - trip.boundAtS);
  }

  noteEmptyRun(endNode: number, emptyS: number, { city }: Pick<Scene, 'city'>): void {
    if (this.area.sees[endNode] === 1) this.#engine?.noteEmptyRun(city.points[endNode] ?? NOWHERE, emptyS);
  }

  /** @param refused drivers who are unavailable in this round */
  match(scene: Scene, refused: ReadonlySet<string>): readonly Match[] {
    this.trips = this.trips.filter(({ state }) => state === 'waiting' || state === 'matched');
    return this.#engine === undefined
      ? this.#nearest(scene, refused)
      : this.#planned(this.#engine, scene, refused);
  }

  /** Targets for idle drivers in the own area; empty until the next interval of moves. */
  moves(scene: Scene, foreseen: readonly Trip[]): { car: number; node: number }[] {
    const engine = this.#engine;
    if (engine === undefined || this.#policy.kind !== 'engine' || this.#policy.moves === 'none') return [];
    if (scene.nowS - this.#lastMovesS < engine.params.moveIntervalMs / 1_000) return [];
    this.#lastMovesS = scene.nowS;
    const idle = this.#see(
      scene,
      (car) => isFree(scene.fleet, car) && !scene.askedDrivers.has(driverName(car)),
    );
    const idleCount = idle.ids.length;
    const soon = this.#see(scene, (car) => this.#endsWithin(scene, car, engine.params.supplyHorizonS));
    for (const [place, id] of soon.ids.entries()) append(idle, soon, place, id);
    const targets =
      this.#policy.moves === 'foreseen'
        ? foreseen.map(({ from }) => scene.city.points[from] ?? NOWHERE)
        : undefined;
    const { etas, nowS } = scene;
    return engine
      .moves({ drivers: idle, idleCount, nowMs: nowS * 1_000, etas, ...(targets && { targets }) })
      .map(({ driverId, to }) => ({ car: carOf(driverId), node: scene.city.nodeOf(to) }))
      .filter(({ car }) => this.area.owns[scene.places.nodeOf(car)] === 1);
  }

  /**
   * Decides for its own trips, and weighs those of its neighbours like its own, although only their owners decide on them.
   * So matchers that see the same scene reach the same plan, and do not take drivers from one another.
   */
  #planned(engine: DispatchEngine, scene: Scene, refused: ReadonlySet<string>): readonly Match[] {
    const { fleet, etas, nowS } = scene;
    const { rematches, chains } = this.#policy.kind === 'engine' ? this.#policy : NO_TRICKS;
    const weighed = scene.trips
      .filter(
        ({ state, from }) =>
          this.area.sees[from] === 1 && (state === 'waiting' || (rematches && state === 'matched')),
      )
      .filter((trip) => !scene.heldTrips.has(tripName(trip)));
    const held = new Set(weighed);
    const horizonS = chains ? engine.params.chainHorizonS : 0;
    const drivers = this.#see(scene, (car) => {
      if (scene.askedDrivers.has(driverName(car))) return false;
      const trip = fleet.heldTrip(car);
      if (trip !== undefined && !held.has(trip)) return false;
      if (fleet.phases[car] === RIDING && !this.#endsWithin(scene, car, horizonS, true)) return false;
      return trip !== undefined || !refused.has(driverName(car));
    });
    if (this.#lastRoundS !== undefined) engine.noteReserve(this.#idleShare(scene), nowS - this.#lastRoundS);
    this.#lastRoundS = nowS;
    const asked = engine.ask({
      trips: weighed.map((trip) => engineTrip(trip, scene.city)),
      drivers,
      nowMs: nowS * 1_000,
    });
    const { matches } = engine.decide(asked, etas(asked.question));
    const own = new Set<string>(this.trips.map(tripName));
    return matches.filter(({ tripId }) => own.has(tripId));
  }

  /** First come, first served: the nearest idle driver, by straight line or by road. */
  #nearest(scene: Scene, refused: ReadonlySet<string>): Match[] {
    const mayAsk = (car: number) => !refused.has(driverName(car)) && !scene.askedDrivers.has(driverName(car));
    const free = this.#see(scene, (car) => isFree(scene.fleet, car) && mayAsk(car));
    const taken = new Set<number>();
    const matches: Match[] = [];
    const waiting = this.trips.filter(
      (trip) => trip.state === 'waiting' && !scene.heldTrips.has(tripName(trip)),
    );
    for (const trip of waiting) {
      const best = this.#nearestTo(trip, free, taken, scene);
      if (best === undefined) continue;
      taken.add(best.column);
      const driverId = free.ids[best.column];
      if (driverId !== undefined)
        matches.push({ tripId: tripName(trip), driverId, pickupInS: best.pickupInS, replaces: undefined });
    }
    return matches;
  }

  #nearestTo(trip: Trip, free: Seen, taken: ReadonlySet<number>, { city, etas, nowS }: Scene) {
    const pickup = city.points[trip.from] ?? NOWHERE;
    const columns = Uint32Array.from(free.ids.keys()).filter(
      (column) => !taken.has(column) && !trip.refusedBy.includes(carOf(free.ids[column] ?? '')),
    );
    const seconds = etas({
      pickups: [pickup],
      origins: free.points,
      rowStarts: Uint32Array.of(0, columns.length),
      columns,
    });
    const byAir = this.#policy.kind === 'greedy' && this.#policy.by === 'air';
    let best: { column: number; pickupInS: number; key: number } | undefined;
    columns.forEach((column, pair) => {
      const pickupInS = (free.availableInS[column] ?? 0) + (seconds[pair] ?? Infinity);
      const key = byAir ? greatCircleM(pickup, free.points[column] ?? NOWHERE) : pickupInS;
      if (best === undefined || key < best.key) best = { column, pickupInS, key };
    });
    const latestInS = this.#maxWaitS - (nowS - trip.requestedAtS);
    return best !== undefined && best.pickupInS <= latestInS ? best : undefined;
  }

  #see({ fleet, places, city, nowS }: Scene, may: (car: number) => boolean): Seen {
    const seen: Seen = { ids: [], products: [], points: [], availableInS: [] };
    for (let car = 0; car < fleet.count; car++) {
      const node = places.nodeOf(car);
      if (this.area.sees[node] !== 1 || !may(car)) continue;
      seen.ids.push(driverName(car));
      seen.products.push(PRODUCT);
      seen.points.push(city.points[node] ?? NOWHERE);
      seen.availableInS.push(Math.max(0, places.atS(car) - nowS));
    }
    return seen;
  }

  #endsWithin({ fleet, nowS }: Scene, car: number, horizonS: number, mayHold = false): boolean {
    if (fleet.phases[car] !== RIDING || (!mayHold && fleet.nextTrips[car] !== undefined)) return false;
    return (fleet.atS[car] ?? Infinity) - nowS <= horizonS || (mayHold && fleet.nextTrips[car] !== undefined);
  }

  #idleShare({ fleet, places }: Scene): number {
    let [idle, all] = [0, 0];
    for (let car = 0; car < fleet.count; car++) {
      if (this.area.sees[places.nodeOf(car)] !== 1) continue;
      all++;
      if (isFree(fleet, car)) idle++;
    }
    return all === 0 ? 0 : idle / all;
  }
}

const NOWHERE = { lat: 0, lng: 0 };
const NO_TRICKS = { rematches: false, chains: false };

function isFree(fleet: Fleet, car: number): boolean {
  return fleet.phases[car] === IDLE || fleet.phases[car] === MOVING;
}

function append(to: Seen, from: Seen, place: number, id: DriverName): void {
  to.ids.push(id);
  to.products.push(PRODUCT);
  to.points.push(from.points[place] ?? NOWHERE);
  to.availableInS.push(from.availableInS[place] ?? 0);
}

function engineTrip(trip: Trip, city: StreetCity): EngineTrip {
  return {
    tripId: tripName(trip),
    product: PRODUCT,
    pickup: city.points[trip.from] ?? NOWHERE,
    dropoff: city.points[trip.to] ?? NOWHERE,
    rideS: trip.rideS,
    requestedAtMs: trip.requestedAtS * 1_000,
    excludedDriverIds: trip.refusedBy.map(driverName),
    pausedDriverIds: [],
    driverId: trip.state === 'matched' ? driverName(trip.car) : undefined,
    swaps: trip.swaps,
  };
}

export function driverName(car: number): DriverName {
  return `driver_${car}`;
}

export function carOf(driverId: string): number {
  return Number(driverId.slice('driver_'.length));
}

export function tripName({ id }: Trip): TripName {
  return `trip_${id}`;
}
