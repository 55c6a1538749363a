import { checkSparseQuestion, type EtaTable, type SparseEtaQuestion, type SparsePairs } from './eta.ts';
import { DEFAULT_DETOUR_FACTOR } from './great-circle-eta.ts';
import { greatCircleM, type Point } from './point.ts';
import { DEFAULT_SNAP_LIMIT_M, carsOnStreets, pointsOnStreets } from './street-access.ts';
import type { StreetGraph } from './street-graph.ts';
import type { StreetRouter } from './street-router.ts';

/**
 * How long a drive to a pickup a search looks for by default: a driver further away is no candidate. It bounds the cost
 * of finding candidates, and says nothing about rides.
 */
export const DEFAULT_PICKUP_CUT_OFF_S = 1_800;
/** How long a ride may take by default, from pickup to dropoff. A longer one is refused as `ride_too_long`. */
export const DEFAULT_RIDE_CUT_OFF_S = 6 * 3_600;

/** How points and times of day map to a street graph, for every search algorithm. */
export interface StreetEtaSettings {
  /** Speed between a point and its nearest node, metres per second. */
  readonly accessSpeedMps: number;
  /** The hour (0 to 23) of clocks in the city, which selects the segment times. */
  readonly localHour: (atMs: number) => number;
  /** Longer drives to a pickup count as none; {@link DEFAULT_PICKUP_CUT_OFF_S} unless given. */
  readonly cutOffS?: number;
  /** From a point farther from every street, drives are estimated by air; {@link DEFAULT_SNAP_LIMIT_M} unless given. */
  readonly snapLimitM?: number | undefined;
  /** Longer rides count as none; {@link DEFAULT_RIDE_CUT_OFF_S} unless given. */
  readonly rideCutOffS?: number | undefined;
}

export interface StreetEtaOptions extends StreetEtaSettings {
  readonly router: StreetRouter;
}

/** A source of travel times between nodes. */
export interface NodeTimes {
  readonly graph: StreetGraph;
  /**
   * Seconds from sources (columns) to targets (rows) in an hour of the day, in the order of the pairs; `Infinity`
   * without a route within `cutOffS`.
   */
  secondsOfPairs(
    targets: Uint32Array,
    sources: Uint32Array,
    pairs: SparsePairs,
    hour: number,
    cutOffS: number,
  ): Float64Array;
}

/**
 * Travel times on the street graph at the hour of departure: one backward search per pickup, for any number of origins.
 * Needs no preparation; for graphs of any size.
 * @throws RangeError unless the access speed is positive
 */
export function streetEta({ router, ...settings }: StreetEtaOptions): EtaTable {
  const searched: NodeTimes = {
    graph: router.graph,
    secondsOfPairs: (targets, sources, { rowStarts, columns }, hour, cutOffS) => {
      const seconds = new Float64Array(columns.length);
      for (const [row, target] of targets.entries()) {
        const [first, last] = [rowStarts[row] as number, rowStarts[row + 1] as number];
        const asked = columns.subarray(first, last).map((column) => sources[column] as number);
        seconds.set(router.secondsTo(target, asked, hour, cutOffS), first);
      }
      return seconds;
    },
  };
  return etaOnStreets(searched, settings);
}

/**
 * Travel times from the end of the segment that each car is on to the node nearest to the pickup, plus the rest of that
 * segment and the straight lines between each point and its street.
 * @throws RangeError unless the access speed is positive
 */
export function etaOnStreets(
  times: NodeTimes,
  {
    accessSpeedMps,
    localHour,
    cutOffS = DEFAULT_PICKUP_CUT_OFF_S,
    snapLimitM = DEFAULT_SNAP_LIMIT_M,
  }: StreetEtaSettings,
): EtaTable {
  if (!(accessSpeedMps > 0)) throw new RangeError(`accessSpeedMps must be positive, not ${accessSpeedMps}`);
  const etas = (question: SparseEtaQuestion, atMs: number): Float64Array => {
    checkSparseQuestion(question);
    const { rowStarts, columns } = question;
    const targets = pointsOnStreets(times.graph, question.pickups, accessSpeedMps, snapLimitM);
    const hour = localHour(atMs);
    const segmentS = times.graph.secondsAt(hour);
    const sources = carsOnStreets(times.graph, question.origins, segmentS, accessSpeedMps, snapLimitM);
    const seconds = times.secondsOfPairs(targets.nodes, sources.nodes, question, hour, cutOffS);
    for (const [row, toPickupS] of targets.accessS.entries()) {
      const last = rowStarts[row + 1] as number;
      for (let place = rowStarts[row] as number; place < last; place++) {
        const column = columns[place] as number;
        if (targets.isOff[row] === 1 || sources.isOff[column] === 1) {
          const pair = { pickup: question.pickups[row] as Point, origin: question.origins[column] as Point };
          seconds[place] = secondsByAir(pair, accessSpeedMps, cutOffS);
          continue;
        }
        const toStreetS = sources.accessS[column] as number;
        seconds[place] = (seconds[place] as number) + toPickupS + toStreetS;
      }
    }
    return seconds;
  };
  return {
    etas,
    etasToPickup: (pickup, origins, atMs) => etas(questionOf(pickup, origins), atMs),
  };
}

/** For a pair with an end on no street: a driver in a dead part, or beyond the snap limit. */
function secondsByAir(
  { pickup, origin }: { pickup: Point; origin: Point },
  speedMps: number,
  cutOffS: number,
): number {
  const seconds = (greatCircleM(origin, pickup) * DEFAULT_DETOUR_FACTOR) / speedMps;
  return seconds <= cutOffS ? seconds : Infinity;
}

function questionOf(pickup: Point, origins: readonly Point[]): SparseEtaQuestion {
  const columns = Uint32Array.from(origins, (_, column) => column);
  return { pickups: [pickup], origins, rowStarts: Uint32Array.of(0, columns.length), columns };
}
