import type { SparseEtaQuestion } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { AssignmentProblem } from '../assignment-problem.ts';
import { DriverGrid, NearestDrivers } from './driver-grid.ts';
import type { MatchScene, MatchTrip } from './match-input.ts';

const MS_PER_S = 1_000;
/** How much it costs to take the driver from a rider without replacement: more than a round can gain. */
const LOST_DRIVER_COST_MS = 1e12;
/** The logistic function with this scale is within 0.01 of the normal distribution (Bowling et al. 2009). */
const LOGISTIC_SCALE = 1.702;

/** Trips and the candidates of each, before any travel time is known. */
export interface MatchQuestion extends SparseEtaQuestion {
  /** Column of the present driver of a trip; -1 if it has none. */
  readonly ownColumns: Int32Array;
}

/** Finds the candidates of each trip: the drivers who can arrive soonest, and its present driver. */
export function matchQuestion({ trips, drivers, approachMps, params }: MatchScene): MatchQuestion {
  const columnOf = new Map<DriverId, number>(drivers.ids.map((id, column) => [id, column]));
  const ownColumns = Int32Array.from(trips, ({ driverId }) =>
    driverId === undefined ? -1 : (columnOf.get(driverId) ?? -1),
  );
  const handicapsM = Float64Array.from(drivers.availableInS, (seconds) => seconds * approachMps);
  const grid = new DriverGrid(drivers.points, handicapsM);
  const nearest = new NearestDrivers(params.candidatesPerTrip);
  const pinned = pinnedColumns(trips, ownColumns, params.maxSwapsPerTrip);
  const rowStarts = new Uint32Array(trips.length + 1);
  const columns: number[] = [];
  trips.forEach((trip, row) => {
    const own = ownColumns[row] as number;
    if (own >= 0) columns.push(own);
    if (!pinned.has(own)) {
      const excluded = new Set(trip.excludedDriverIds);
      grid.nearest(trip.pickup, params.pickupRadiusM, nearest, (driver) =>
        mayDrive(drivers.products[driver], drivers.ids[driver], trip, excluded),
      );
      for (let rank = 0; rank < nearest.size; rank++) {
        const column = nearest.drivers[rank] as number;
        if (column !== own && !pinned.has(column)) columns.push(column);
      }
    }
    rowStarts[row + 1] = columns.length;
  });
  return {
    pickups: trips.map(({ pickup }) => pickup),
    origins: drivers.points,
    rowStarts,
    columns: Uint32Array.from(columns),
    ownColumns,
  };
}

/** Drivers who keep their trip, because it has reached the maximum number of swaps. */
function pinnedColumns(trips: readonly MatchTrip[], own: Int32Array, maxSwaps: number): Set<number> {
  return new Set(own.filter((column, row) => column >= 0 && (trips[row]?.swaps ?? 0) >= maxSwaps));
}

function mayDrive(
  product: string | undefined,
  driverId: DriverId | undefined,
  trip: MatchTrip,
  excluded: ReadonlySet<DriverId>,
): boolean {
  return product === trip.product && driverId !== undefined && !excluded.has(driverId);
}

/** The costs of pairs and of trips left waiting, and the seconds to the pickup of each pair. */
export interface MatchProblem extends AssignmentProblem {
  /** By pair, parallel to `costs`. */
  readonly pickupsInS: Float64Array;
}

/**
 * The cost of a pair is the rider's expected wait from now on, the driver time to the pickup at its price, and the cost
 * of a lost rider times the probability that the pickup is too late. The cost of a trip left waiting is that of a lost
 * rider, minus a share of the driver time of its ride.
 */
export function matchProblem(
  input: MatchScene,
  question: MatchQuestion,
  etas: ArrayLike<number>,
): MatchProblem {
  const { trips, drivers, driverTimePrice: price, driveRatio, driveSpread, params } = input;
  const rowStarts = new Uint32Array(trips.length + 1);
  const columns = new Uint32Array(question.columns.length);
  const costs = new Float64Array(question.columns.length);
  const pickupsInS = new Float64Array(question.columns.length);
  let entries = 0;
  trips.forEach((trip, row) => {
    const own = question.ownColumns[row] as number;
    const limits = new PickupLimits(trip, own >= 0, input);
    const end = question.rowStarts[row + 1] as number;
    for (let pair = question.rowStarts[row] as number; pair < end; pair++) {
      const column = question.columns[pair] as number;
      const driveS = (etas[pair] as number) * driveRatio;
      const pickupInS = (drivers.availableInS[column] as number) + driveS;
      const spreadS = Math.hypot(drivers.spreadS[column] as number, driveSpread * driveS);
      const risk = limits.riskOf(pickupInS, spreadS);
      const isOwn = column === own;
      // The present driver is the first candidate of its trip.
      if (isOwn) limits.presentInS = pickupInS;
      else if (!limits.allows(pickupInS, risk)) continue;
      const swapS = own >= 0 && !isOwn ? params.minSwapGainS : 0;
      columns[entries] = column;
      pickupsInS[entries] = pickupInS;
      costs[entries] = Number.isFinite(pickupInS)
        ? Math.round(MS_PER_S * ((1 + price) * (pickupInS + swapS) + params.lostRiderS * risk))
        : LOST_DRIVER_COST_MS / 2;
      entries++;
    }
    rowStarts[row + 1] = entries;
  });
  return {
    columnCount: drivers.ids.length,
    rowStarts,
    columns: columns.subarray(0, entries),
    costs: costs.subarray(0, entries),
    skipCosts: Float64Array.from(trips, ({ rideS }, row) =>
      (question.ownColumns[row] as number) >= 0
        ? LOST_DRIVER_COST_MS
        : Math.round(MS_PER_S * Math.max(1, params.lostRiderS - params.rideWeight * price * rideS)),
    ),
    pickupsInS,
  };
}

/** Which pickups a trip allows. */
class PickupLimits {
  /** Pickup by the present driver, seconds from now. */
  presentInS = Infinity;
  readonly #isOverdue: boolean;
  readonly #hasDriver: boolean;
  readonly #latestInS: number;
  readonly #maxRisk: number;

  constructor({ requestedAtMs }: MatchTrip, hasDriver: boolean, { nowMs, params }: MatchScene) {
    const leftS = params.maxWaitS - (nowMs - requestedAtMs) / MS_PER_S;
    this.#isOverdue = leftS <= 0;
    this.#hasDriver = hasDriver;
    // The limit of an overdue rider without a driver counts again from now on; one with a driver is driven in any case.
    this.#latestInS = !this.#isOverdue ? leftS : hasDriver ? Infinity : params.maxWaitS;
    this.#maxRisk = params.maxLateRisk;
  }

  /** Probability that the pickup is too late. */
  riskOf(pickupInS: number, spreadS: number): number {
    return Number.isFinite(pickupInS) ? lateRisk(pickupInS, spreadS, this.#latestInS) : 1;
  }

  /**
   * Whether a new driver may be chosen: one who is hardly late, or sooner there than the present one. An overdue rider
   * never waits longer for a new driver than for its present one.
   */
  allows(pickupInS: number, risk: number): boolean {
    if (!Number.isFinite(pickupInS)) return false;
    if (this.#hasDriver && pickupInS < this.presentInS) return true;
    return risk <= this.#maxRisk && !(this.#isOverdue && this.#hasDriver);
  }
}

/** Probability that a pickup is later than `latestS`, for normally distributed errors (logistic approximation). */
function lateRisk(expectedS: number, spreadS: number, latestS: number): number {
  if (spreadS <= 0) return expectedS <= latestS ? 0 : 1;
  return 1 / (1 + Math.exp((LOGISTIC_SCALE * (latestS - expectedS)) / spreadS));
}
