import type { Point } from '#libs/geo';

/** A routing engine that gives the travel times between all origins and all pickups. */
export interface MatrixSource {
  /** Maximum number of places, origins and pickups together, in one request. */
  readonly maxPlaces: number;
  /**
   * Seconds from each origin (row) to each pickup (column); null without a route.
   *
   * @throws EngineRefusal if the engine refuses the places; its place counts origins, then pickups
   * @throws if the reply is missing, late (the signal aborts), malformed or an error
   */
  secondsBetween(
    origins: readonly Point[],
    pickups: readonly Point[],
    signal: AbortSignal,
  ): Promise<(number | null)[][]>;
}

/** Throws unless the reply has a row per origin, with a time per pickup. */
export function requireShape(
  rows: readonly (readonly unknown[])[],
  origins: readonly Point[],
  pickups: readonly Point[],
): void {
  if (rows.length !== origins.length || rows.some((row) => row.length !== pickups.length))
    throw new RangeError(`not the ${origins.length} × ${pickups.length} times that were asked for`);
}
