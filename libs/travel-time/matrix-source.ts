import type { Point } from '#libs/geo';

/** A routing engine that tells the times between all of some places and all of some others. */
export interface MatrixSource {
  /** Places, of both kinds together, that one request may name. */
  readonly maxPlaces: number;
  /**
   * Seconds from each origin (row) to each pickup (column); null where there is no way.
   *
   * @throws where it does not answer, answers late (the signal aborts) or not what was asked
   */
  secondsBetween(
    origins: readonly Point[],
    pickups: readonly Point[],
    signal: AbortSignal,
  ): Promise<(number | null)[][]>;
}

/** Throws unless the answer has a row for each origin and in it a time for each pickup. */
export function requireShape(
  rows: readonly (readonly unknown[])[],
  origins: readonly Point[],
  pickups: readonly Point[],
): void {
  if (rows.length !== origins.length || rows.some((row) => row.length !== pickups.length))
    throw new RangeError(`not the ${origins.length} × ${pickups.length} times that were asked for`);
}
