import type { SparseEtaQuestion } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { AssignmentProblem } from '../assignment-problem.ts';
import { DriverGrid, NearestDrivers } from './driver-grid.ts';
import type { MatchScene, MatchTrip } from './match-input.ts';

const MS_PER_S = 1_000;
/** How much it costs to take the driver from a rider without replacement: more than a round can gain. */
const LOST_DRIVER_COST_MS = 1e12;

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
 * The cost of a pair is the rider's wait from now on, plus the driver time to the pickup at its price. The cost of a
 * trip left waiting is that of a lost rider, minus the driver time of its ride.
 */
export function matchProblem(
  input: MatchScene,
  question: MatchQuestion,
  etas: ArrayLike<number>,
): MatchProblem {
  const { trips, drivers, nowMs, driverTimePrice: price, pickupMargin, params } = input;
  const rowStarts = new Uint32Array(trips.length + 1);
  const columns = new Uint32Array(question.columns.length);
  const costs = new Float64Array(question.columns.length);
  const pickupsInS = new Float64Array(question.columns.length);
  let entries = 0;
  trips.forEach((trip, row) => {
    const own = question.ownColumns[row] as number;
    const latestInS = params.maxWaitS - (nowMs - trip.requestedAtMs) / MS_PER_S;
    const end = question.rowStarts[row + 1] as number;
    for (let pair = question.rowStarts[row] as number; pair < end; pair++) {
      const column = question.columns[pair] as number;
      const driveS = etas[pair] as number;
      const pickupInS = (drivers.availableInS[column] as number) + driveS;
      const isOwn = column === own;
      if (!isOwn && !(pickupInS + (pickupMargin - 1) * driveS <= latestInS)) continue;
      columns[entries] = column;
      pickupsInS[entries] = pickupInS;
      costs[entries] =
        isOwn && !Number.isFinite(pickupInS)
          ? LOST_DRIVER_COST_MS / 2
          : costMs(pickupInS, own >= 0 && !isOwn, price, params.minSwapGainS);
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
        : Math.round(MS_PER_S * Math.max(1, params.lostRiderS - price * rideS)),
    ),
    pickupsInS,
  };
}

function costMs(pickupInS: number, isSwap: boolean, price: number, minSwapGainS: number): number {
  return Math.round(MS_PER_S * (1 + price) * (pickupInS + (isSwap ? minSwapGainS : 0)));
}
