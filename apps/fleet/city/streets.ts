import { HOURS_PER_DAY, StreetRouter, type StreetGraph, type StreetRoute } from '#libs/geo';

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
   * The fastest route between two nodes when leaving now.
   * @throws RangeError if there is none, which a strongly connected network rules out
   */
  route(from: number, to: number, nowMs: number): StreetRoute {
    const route = this.#router.route(from, to, this.hourAt(nowMs));
    if (route !== undefined) return route;
    const ids = `${this.graph.nodeId(from)} to ${this.graph.nodeId(to)}`;
    throw new RangeError(`the streets have no route from node ${ids}`);
  }

  hourAt(nowMs: number): number {
    const s = this.#timeOfDay.s + (nowMs - this.#timeOfDay.atMs) / 1000;
    const hour = Math.floor(s / 3600) % HOURS_PER_DAY;
    return hour < 0 ? hour + HOURS_PER_DAY : hour;
  }
}
