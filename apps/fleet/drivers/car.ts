import { METERS_PER_DEGREE, type Point, type StreetGraph } from '#libs/geo';
import type { Vehicle } from '#libs/contracts';
import type { Streets } from '../city/streets.ts';
import type { IdleDecision } from './driver-decisions.ts';
import {
  arrivalMs,
  fixAt,
  journeyAlong,
  paceFor,
  parkedAt,
  partWayMs,
  turnOffAt,
  type Fix,
  type Journey,
} from './journey.ts';
import { randomStream } from '#libs/random';

/** Travel time of a cruising driver on a segment, as a multiple of that of the traffic. */
const CRUISE_PACE = 1.5;

/** Position and movement of one driver's car. */
export class Car {
  readonly #streets: Streets;
  readonly #graph: StreetGraph;
  readonly #fix: Fix = { lat: 0, lng: 0, headingDeg: 0, speedMps: 0 };
  #journey: Journey;

  constructor(streets: Streets, node: number, nowMs: number) {
    this.#streets = streets;
    this.#graph = streets.graph;
    this.#journey = parkedAt(this.#graph, node, nowMs);
  }

  /** Its current position. Returns the same object each time. */
  fix(nowMs: number): Fix {
    fixAt(this.#journey, nowMs, this.#fix);
    return this.#fix;
  }

  /**
   * Drives to the crossing nearest to the point.
   * @param rideS duration of the whole drive in seconds; null: the travel time of the streets
   * @returns service time at which this share of the drive is done
   */
  driveTo(to: Point, nowMs: number, rideS: number | null, share: number): number {
    this.#setOff(this.#graph.nearestNode(to), nowMs, rideS, 1);
    return share === 1 ? arrivalMs(this.#journey) : partWayMs(this.#journey, share);
  }

  /** Drives to a crossing nearby. @returns service time of arrival */
  cruise(decision: IdleDecision, nowMs: number): number {
    const { lat, lng } = this.fix(nowMs);
    const metersPerLng = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    const to = {
      lat: lat + decision.cruiseNorthM / METERS_PER_DEGREE,
      lng: lng + decision.cruiseEastM / metersPerLng,
    };
    this.#setOff(this.#graph.nearestNode(to), nowMs, null, CRUISE_PACE);
    return arrivalMs(this.#journey);
  }

  /** Stops at the next crossing. */
  pullOver(nowMs: number): void {
    if (nowMs < arrivalMs(this.#journey)) this.#setOff(turnOffAt(this.#journey, nowMs).node, nowMs, null, 1);
  }

  #setOff(node: number, nowMs: number, rideS: number | null, pace: number): void {
    const from = turnOffAt(this.#journey, nowMs);
    const route = this.#streets.route(from.node, node, nowMs);
    this.#journey = journeyAlong(
      this.#graph,
      from,
      route,
      nowMs,
      rideS === null ? pace : paceFor(route, rideS),
    );
  }
}

const MODELS = [
  ['Toyota', 'Prius'],
  ['Toyota', 'Corolla'],
  ['Renault', 'Zoe'],
  ['Nissan', 'Leaf'],
  ['Skoda', 'Octavia'],
  ['Kia', 'Niro'],
] as const;
const COLORS = ['black', 'white', 'grey', 'blue', 'red', 'green'] as const;
const PLATE_DIGITS = 5;

/** The car of a driver: the same in every run of a seed. */
export function vehicleOf(seed: number, driver: number): Vehicle {
  const random = randomStream(seed, 'vehicle', driver);
  const [make, model] = random.pick(MODELS);
  return {
    plate: `HG-${String(driver).padStart(PLATE_DIGITS, '0')}`,
    make,
    model,
    color: random.pick(COLORS),
  };
}
