import type { Point, RideRoute } from '#libs/geo';
import type { MatrixSource } from './matrix-source.ts';

/** A routing engine that gives the fastest route between two places. */
export interface RouteSource {
  /**
   * The route, with its own distance, time and line.
   *
   * @throws EngineRefusal if the engine refuses the places
   * @throws if the reply is missing, late (the signal aborts), malformed or an error
   */
  routeBetween(from: Point, to: Point, signal: AbortSignal): Promise<Omit<RideRoute, 'source'>>;
}

export type RoutingEngine = MatrixSource & RouteSource;
