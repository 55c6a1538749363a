import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import { assign } from '../assign.ts';
import { SKIPPED } from '../assignment-problem.ts';
import { DriverGrid, NearestDrivers } from '../matching/driver-grid.ts';
import type { MatchDrivers, PairEtas } from '../matching/match-input.ts';

export interface MoveParams {
  /** Expected pickups per driver who is or will soon be idle. */
  readonly targetsPerDriver: number;
  /** Candidate drivers per place. */
  readonly candidatesPerTarget: number;
  /** Longest drive of a move. */
  readonly maxMoveS: number;
  /** Shortest drive worth a move. */
  readonly minMoveS: number;
  /** Greatest straight-line distance of a candidate. */
  readonly radiusM: number;
}

export const DEFAULT_MOVE_PARAMS: MoveParams = {
  targetsPerDriver: 1,
  candidatesPerTarget: 24,
  maxMoveS: 900,
  minMoveS: 60,
  radiusM: 6_000,
};

/** A suggested place for an idle driver. */
export interface Move {
  readonly driverId: DriverId;
  readonly to: Point;
  readonly driveS: number;
}

export interface MoveInput {
  /** Idle drivers first, then those who will soon be idle: these count as supply and are not sent anywhere. */
  readonly drivers: MatchDrivers;
  readonly idleCount: number;
  /** Where riders are expected. */
  readonly targets: readonly Point[];
  readonly etas: PairEtas;
  readonly approachMps: number;
  readonly params: MoveParams;
}

/** Spreads drivers over the places where riders are expected, with the least driving. */
export function planMoves({ drivers, idleCount, targets, etas, approachMps, params }: MoveInput): Move[] {
  if (idleCount === 0 || targets.length === 0) return [];
  const handicapsM = Float64Array.from(drivers.availableInS, (seconds) => seconds * approachMps);
  const grid = new DriverGrid(drivers.points, handicapsM);
  const nearest = new NearestDrivers(params.candidatesPerTarget);
  const starts = new Uint32Array(targets.length + 1);
  const asked: number[] = [];
  targets.forEach((target, row) => {
    grid.nearest(target, params.radiusM, nearest, () => true);
    for (let rank = 0; rank < nearest.size; rank++) asked.push(nearest.drivers[rank] as number);
    starts[row + 1] = asked.length;
  });
  const columns = Uint32Array.from(asked);
  const seconds = etas({ pickups: targets, origins: drivers.points, rowStarts: starts, columns });
  const limitMs = Math.round(params.maxMoveS * 1_000);
  const costs = Float64Array.from(columns, (column, pair) =>
    Math.min(
      limitMs + 1,
      Math.round(((drivers.availableInS[column] as number) + (seconds[pair] as number)) * 1_000),
    ),
  );
  const skipCosts = new Float64Array(targets.length).fill(limitMs);
  const { columnOfRow } = assign({
    columnCount: drivers.ids.length,
    rowStarts: starts,
    columns,
    costs,
    skipCosts,
  });
  const moves: Move[] = [];
  targets.forEach((to, row) => {
    const column = columnOfRow[row] as number;
    if (column === SKIPPED || column >= idleCount) return;
    let pair = starts[row] as number;
    while (columns[pair] !== column) pair++;
    const driveS = seconds[pair] as number;
    const driverId = drivers.ids[column];
    if (driverId !== undefined && driveS > params.minMoveS) moves.push({ driverId, to, driveS });
  });
  return moves;
}
