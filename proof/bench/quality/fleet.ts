import type { TravelTable } from '#libs/geo';

export const IDLE = 0;
export const MOVING = 1;
export const TO_PICKUP = 2;
export const RIDING = 3;

/** A request, from its arrival to its end. */
export interface Trip {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly rideS: number;
  readonly requestedAtS: number;
  state: 'waiting' | 'matched' | 'riding' | 'done' | 'lost' | 'canceled';
  car: number;
  swaps: number;
  pickedUpAtS: number;
  /** Time of the match, and the estimated pickup time of that driver. */
  boundAtS: number;
  foreseenS: number;
  /** When its rider cancels if matched by then; Infinity: never. */
  cancelAtS: number;
  readonly refusedBy: number[];
}

/** The cars of a city: positions, routes and current trips. */
export class Fleet {
  readonly count: number;
  readonly phases: Uint8Array;
  /** The intersection of a car, or its next one, and the arrival there; while riding, end and time of the ride. */
  readonly nodes: Int32Array;
  readonly atS: Float64Array;
  readonly goals: Int32Array;
  readonly trips: (Trip | undefined)[];
  /** The trip that a car serves after its ride. */
  readonly nextTrips: (Trip | undefined)[];
  readonly incomesS: Float64Array;
  /** Where and when the last ride of each car ended; -1 before the first. */
  readonly endedS: Float64Array;
  readonly endNodes: Int32Array;
  /** Intersections passed, pickups and dropoffs of all cars. */
  events = 0;

  constructor(starts: readonly number[], startS: number) {
    this.count = starts.length;
    this.phases = new Uint8Array(this.count);
    this.nodes = Int32Array.from(starts);
    this.atS = new Float64Array(this.count).fill(startS);
    this.goals = Int32Array.from(starts);
    this.trips = Array.from({ length: this.count }, () => undefined);
    this.nextTrips = Array.from({ length: this.count }, () => undefined);
    this.incomesS = new Float64Array(this.count);
    this.endedS = new Float64Array(this.count).fill(-1);
    this.endNodes = Int32Array.from(starts);
  }

  /** The trip a car is bound to and has not picked up yet. */
  heldTrip(car: number): Trip | undefined {
    return this.phases[car] === TO_PICKUP ? this.trips[car] : this.nextTrips[car];
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

  #goTo(car: number, node: number, nowS: number): void {
    this.goals[car] = node;
    if ((this.atS[car] as number) < nowS) this.atS[car] = nowS;
  }

  /** Moves all cars until `nowS`; calls `pickedUp` for each rider who is picked up. */
  drive(table: TravelTable, nowS: number, pickedUp: (trip: Trip) => void): void {
    for (let car = 0; car < this.count; car++) {
      while (this.#step(car, table, nowS, pickedUp));
    }
  }

  /** False if nothing more happens until then. */
  #step(car: number, table: TravelTable, nowS: number, pickedUp: (trip: Trip) => void): boolean {
    const phase = this.phases[car] as number;
    if (phase === IDLE || (this.atS[car] as number) > nowS) return false;
    this.events++;
    if (phase === RIDING) return this.#endRide(car);
    const node = this.nodes[car] as number;
    const goal = this.goals[car] as number;
    if (node !== goal) {
      const next = table.nextNode(node, goal);
      this.atS[car] = (this.atS[car] as number) + table.secondsBetween(node, next);
      this.nodes[car] = next;
      return true;
    }
    if (phase === MOVING) {
      this.phases[car] = IDLE;
      return false;
    }
    this.#pickUp(car, pickedUp);
    return true;
  }

  #pickUp(car: number, pickedUp: (trip: Trip) => void): void {
    const trip = this.trips[car] as Trip;
    trip.state = 'riding';
    trip.pickedUpAtS = this.atS[car] as number;
    this.phases[car] = RIDING;
    this.nodes[car] = trip.to;
    this.atS[car] = trip.pickedUpAtS + trip.rideS;
    pickedUp(trip);
  }

  #endRide(car: number): boolean {
    const trip = this.trips[car] as Trip;
    trip.state = 'done';
    this.endedS[car] = this.atS[car] as number;
    this.endNodes[car] = this.nodes[car] as number;
    this.incomesS[car] = (this.incomesS[car] as number) + trip.rideS;
    const next = this.nextTrips[car];
    this.nextTrips[car] = undefined;
    this.trips[car] = next;
    this.goals[car] = next?.from ?? (this.nodes[car] as number);
    this.phases[car] = next === undefined ? IDLE : TO_PICKUP;
    return next !== undefined;
  }
}
