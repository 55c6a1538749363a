import { interpolate, type Point, type TravelTable } from '#libs/geo';
import type { StreetCity } from './street-city.ts';
import type { Traffic } from './traffic.ts';

export const IDLE = 0;
export const MOVING = 1;
export const TO_PICKUP = 2;
export const RIDING = 3;

/** What a quote could say about a ride: by the street network, by completed rides, and an upper end. */
export interface Quoted {
  readonly streetS: number;
  readonly learnedS: number;
  /** The 0.9 quantile of the learned times. */
  readonly upperS: number;
}

/** A request, from its arrival to its end. */
export interface Trip {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Its true duration. Only the world knows it. */
  readonly rideS: number;
  readonly requestedAtS: number;
  /** What the quote said. */
  toldRideS: number;
  /** What it could have said. */
  quoted: Quoted;
  state: 'waiting' | 'matched' | 'riding' | 'done' | 'lost' | 'canceled';
  car: number;
  swaps: number;
  pickedUpAtS: number;
  /** When its rider cancels if matched by then; Infinity: never. */
  cancelAtS: number;
  readonly refusedBy: number[];
  /** The driver with an open offer for it; -1: none. */
  askedCar: number;
  /** Increases with each change, for matchers. */
  version: number;
}

/** What happened to a trip while the cars drove. */
export interface FleetEvents {
  readonly pickedUp: (trip: Trip) => void;
  readonly ended: (trip: Trip) => void;
}

/** The cars of a city: true positions, routes and current trips. */
export class Fleet {
  readonly count: number;
  readonly phases: Uint8Array;
  /** The intersection of a car, or the next one on its way, and the time there. */
  readonly nodes: Int32Array;
  readonly atS: Float64Array;
  readonly trips: (Trip | undefined)[];
  /** The trip that a car serves after its ride. */
  readonly nextTrips: (Trip | undefined)[];
  readonly incomesS: Float64Array;
  /** Intersections passed, pickups and dropoffs of all cars. */
  events = 0;
  readonly #city: StreetCity;
  readonly #traffic: Traffic;
  readonly #lastNodes: Int32Array;
  readonly #lastAtS: Float64Array;
  readonly #goals: Int32Array;
  readonly #paces: Float64Array;
  readonly #drives: Int32Array;
  readonly #routes: ({ readonly nodes: readonly number[]; readonly atS: Float64Array } | undefined)[];
  readonly #legs: Int32Array;

  constructor(city: StreetCity, traffic: Traffic, starts: readonly number[], startS: number) {
    this.#city = city;
    this.#traffic = traffic;
    this.count = starts.length;
    this.phases = new Uint8Array(this.count);
    this.nodes = Int32Array.from(starts);
    this.atS = new Float64Array(this.count).fill(startS);
    this.trips = Array.from({ length: this.count }, () => undefined);
    this.nextTrips = Array.from({ length: this.count }, () => undefined);
    this.incomesS = new Float64Array(this.count);
    this.#lastNodes = Int32Array.from(starts);
    this.#lastAtS = new Float64Array(this.count).fill(startS);
    this.#goals = Int32Array.from(starts);
    this.#paces = new Float64Array(this.count).fill(1);
    this.#drives = new Int32Array(this.count);
    this.#routes = Array.from({ length: this.count }, () => undefined);
    this.#legs = new Int32Array(this.count);
  }

  /** The trip a car is bound to and has not picked up yet. */
  heldTrip(car: number): Trip | undefined {
    return this.phases[car] === TO_PICKUP ? this.trips[car] : this.nextTrips[car];
  }

  placeOf(car: number, nowS: number): Point {
    const to = this.#city.pointOf(this.nodes[car] as number);
    const [fromS, toS] = [this.#lastAtS[car] as number, this.atS[car] as number];
    if (nowS >= toS || toS <= fromS) return to;
    const from = this.#city.pointOf(this.#lastNodes[car] as number);
    return interpolate(from, to, Math.max(0, (nowS - fromS) / (toS - fromS)));
  }

  /** Binds a car to a trip, immediately or after its ride. Throws if the car has one already. */
  bind(car: number, trip: Trip, nowS: number): void {
    if (this.heldTrip(car) !== undefined) throw new Error(`car ${car} has a trip already`);
    trip.state = 'matched';
    trip.car = car;
    if (this.phases[car] === RIDING) this.nextTrips[car] = trip;
    else {
      this.trips[car] = trip;
      this.phases[car] = TO_PICKUP;
      this.#goTo(car, trip.from, nowS);
    }
  }

  release(car: number, nowS: number): void {
    if (this.phases[car] === RIDING) this.nextTrips[car] = undefined;
    else if (this.phases[car] === TO_PICKUP) {
      this.trips[car] = undefined;
      this.phases[car] = IDLE;
      this.#goTo(car, this.nodes[car] as number, nowS);
    }
  }

  send(car: number, node: number, nowS: number): void {
    this.phases[car] = MOVING;
    this.#goTo(car, node, nowS);
  }

  /** A car on a street drives on to its end before it turns. */
  #goTo(car: number, node: number, nowS: number): void {
    this.#goals[car] = node;
    this.#paces[car] = this.#traffic.paceOf(car, (this.#drives[car] = (this.#drives[car] as number) + 1));
    if ((this.atS[car] as number) < nowS) this.#reach(car, this.nodes[car] as number, nowS);
  }

  #reach(car: number, node: number, atS: number): void {
    this.#lastNodes[car] = this.nodes[car] as number;
    this.#lastAtS[car] = this.atS[car] as number;
    this.nodes[car] = node;
    this.atS[car] = atS;
  }

  /** Moves all cars until `nowS`. */
  drive(table: TravelTable, nowS: number, events: FleetEvents): void {
    for (let car = 0; car < this.count; car++) {
      while (this.#step(car, table, nowS, events));
    }
  }

  /** False if nothing more happens until then. */
  #step(car: number, table: TravelTable, nowS: number, events: FleetEvents): boolean {
    const phase = this.phases[car] as number;
    const atS = this.atS[car] as number;
    if (phase === IDLE || atS > nowS) return false;
    this.events++;
    if (phase === RIDING) return this.#ride(car, events);
    const node = this.nodes[car] as number;
    const goal = this.#goals[car] as number;
    if (node !== goal) {
      const next = table.nextNode(node, goal);
      this.#reach(car, next, atS + table.secondsBetween(node, next) * (this.#paces[car] as number));
      return true;
    }
    if (phase === MOVING) {
      this.phases[car] = IDLE;
      return false;
    }
    this.#pickUp(car, table, events);
    return true;
  }

  #pickUp(car: number, table: TravelTable, { pickedUp }: FleetEvents): void {
    const trip = this.trips[car] as Trip;
    trip.state = 'riding';
    trip.pickedUpAtS = this.atS[car] as number;
    this.phases[car] = RIDING;
    const nodes = [trip.from];
    const legsS: number[] = [];
    for (let node = trip.from; node !== trip.to;) {
      const next = table.nextNode(node, trip.to);
      legsS.push(table.secondsBetween(node, next));
      nodes.push(next);
      node = next;
    }
    const seconds = this.#traffic.rideTimes(trip.id, legsS, trip.rideS);
    this.#routes[car] = { nodes, atS: seconds.map((second) => trip.pickedUpAtS + second) };
    this.#legs[car] = 0;
    pickedUp(trip);
    this.#nextLeg(car);
  }

  #nextLeg(car: number): boolean {
    const route = this.#routes[car];
    const leg = (this.#legs[car] = (this.#legs[car] as number) + 1);
    if (route === undefined || leg >= route.nodes.length) return false;
    this.#reach(car, route.nodes[leg] as number, route.atS[leg] as number);
    return true;
  }

  #ride(car: number, { ended }: FleetEvents): boolean {
    if (this.#nextLeg(car)) return true;
    const trip = this.trips[car] as Trip;
    trip.state = 'done';
    this.incomesS[car] = (this.incomesS[car] as number) + trip.rideS;
    const next = this.nextTrips[car];
    this.nextTrips[car] = undefined;
    this.trips[car] = next;
    this.phases[car] = next === undefined ? IDLE : TO_PICKUP;
    this.#goTo(car, next?.from ?? (this.nodes[car] as number), this.atS[car] as number);
    ended(trip);
    return next !== undefined;
  }
}
