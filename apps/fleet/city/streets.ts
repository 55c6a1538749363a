import {
  DEFAULT_DETOUR_FACTOR,
  greatCircleM,
  HOURS_PER_DAY,
  StreetRouter,
  type StreetGraph,
  type StreetRoute,
} from '#libs/geo';

/** Speed of a simulated car where no streets lead. */
const BY_AIR_SPEED_MPS = 7;

/** The city's own time of day at a moment of the service clock. */
export interface TimeOfDay {
  /** Seconds after the city's midnight … */
  readonly s: number;
  /** … at this service time. */
  readonly atMs: number;
}

/** The street network with the traffic of the current hour in the simulated city. */
export class Streets {
  readonly graph: StreetGraph;
  readonly #router: StreetRouter;
  #timeOfDay: TimeOfDay;

  constructor(graph: StreetGraph, timeOfDay: TimeOfDay) {
    this.graph = graph;
    this.#router = new StreetRouter(graph);
    this.#timeOfDay = timeOfDay;
  }

  /** Sets the city's clock, on which its traffic depends. */
  setTimeOfDay(timeOfDay: TimeOfDay): void {
    this.#timeOfDay = timeOfDay;
  }

  /**
   * The fastest route between two nodes when leaving now. Where no streets lead, as to another island, the straight line:
   * the services can send a car there by air, and a fleet must survive that.
   */
  route(from: number, to: number, nowMs: number): StreetRoute {
    return this.#router.route(from, to, this.hourAt(nowMs)) ?? this.#byAir(from, to);
  }

  #byAir(from: number, to: number): StreetRoute {
    const lengthM = DEFAULT_DETOUR_FACTOR * greatCircleM(this.graph.point(from), this.graph.point(to));
    const totalS = lengthM / BY_AIR_SPEED_MPS;
    return { nodes: [from, to], segmentS: [totalS], totalS, lengthM };
  }

  hourAt(nowMs: number): number {
    const s = this.#timeOfDay.s + (nowMs - this.#timeOfDay.atMs) / 1000;
    const hour = Math.floor(s / 3600) % HOURS_PER_DAY;
    return hour < 0 ? hour + HOURS_PER_DAY : hour;
  }
}
