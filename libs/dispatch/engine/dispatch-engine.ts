import type { Point } from '#libs/geo';
import {
  DEFAULT_MATCH_PARAMS,
  type MatchDrivers,
  type MatchParams,
  type MatchScene,
  type MatchTrip,
  type PairEtas,
} from '../matching/match-input.ts';
import { matchQuestion, type MatchQuestion } from '../matching/match-problem.ts';
import { decideMatches, type MatchPlan } from '../matching/plan-matches.ts';
import { DemandMemory } from '../repositioning/demand-memory.ts';
import { DEFAULT_MOVE_PARAMS, planMoves, type Move, type MoveParams } from '../repositioning/plan-moves.ts';
import { ApproachSpeed } from './approach-speed.ts';
import { DEFAULT_PRICE_PARAMS, DriverTimePrice, type PriceParams } from './driver-time-price.ts';
import { EmptyRuns } from './empty-runs.ts';
import { PickupErrors } from './pickup-errors.ts';

/** Parameters of an engine; none depends on a city or an hour. */
export interface EngineParams {
  readonly match: MatchParams;
  readonly move: MoveParams;
  readonly price: PriceParams;
  /** How long a request counts in the forecast of demand. */
  readonly demandMemoryMs: number;
  /** Drivers whose ride ends within this time are candidates … */
  readonly chainHorizonS: number;
  /** … and those within this time count as supply for repositioning. */
  readonly supplyHorizonS: number;
  readonly moveIntervalMs: number;
}

export const DEFAULT_ENGINE_PARAMS: EngineParams = {
  match: DEFAULT_MATCH_PARAMS,
  move: DEFAULT_MOVE_PARAMS,
  price: DEFAULT_PRICE_PARAMS,
  demandMemoryMs: 45 * 60_000,
  chainHorizonS: 100,
  supplyHorizonS: 90,
  moveIntervalMs: 10_000,
};

/** A trip as input of the engine. Its dropoff matters, because the driver will be there. */
export interface EngineTrip extends MatchTrip {
  readonly dropoff: Point;
}

export interface RoundScene {
  readonly trips: readonly EngineTrip[];
  readonly drivers: MatchDrivers;
  readonly nowMs: number;
}

/** A round to decide, and the pairs whose travel times it needs. */
export interface AskedRound {
  readonly scene: MatchScene;
  readonly question: MatchQuestion;
}

export interface MoveQuestion {
  /** Idle drivers, then those who will soon be idle. */
  readonly drivers: MatchDrivers;
  readonly idleCount: number;
  readonly nowMs: number;
  readonly etas: PairEtas;
  /** Where riders are expected, if there is a better forecast than the recent requests. */
  readonly targets?: readonly Point[];
}

/**
 * Decides for one matcher which driver picks up which rider and where idle drivers should go. Learns meanwhile the
 * price of driver time, the places where drivers stay empty, the demand and the driving speed. Deterministic: the same
 * calls in the same order give the same results.
 */
export class DispatchEngine {
  readonly params: EngineParams;
  readonly #price: DriverTimePrice;
  readonly #emptyRuns = new EmptyRuns();
  readonly #demand: DemandMemory;
  readonly #speed = new ApproachSpeed();
  readonly #pickups = new PickupErrors();

  constructor(params: EngineParams = DEFAULT_ENGINE_PARAMS) {
    this.params = params;
    this.#price = new DriverTimePrice(params.price);
    this.#demand = new DemandMemory(params.demandMemoryMs);
  }

  get driverTimePrice(): number {
    return this.#price.value;
  }

  noteRequest(pickup: Point, atMs: number): void {
    this.#demand.note(pickup, atMs);
  }

  /** Pickups of the requests that the forecast of demand is made of, and the time that they span. */
  recentRequests(nowMs: number): ReturnType<DemandMemory['remembered']> {
    return this.#demand.remembered(nowMs);
  }

  /** Records the empty time of a driver between the end of a ride and the start of the next one. */
  noteEmptyRun(rideEnd: Point, emptyS: number): void {
    this.#emptyRuns.note(rideEnd, emptyS);
  }

  /** Records the predicted and the actual time from assignment to arrival at the pickup. */
  notePickup(foreseenS: number, tookS: number): void {
    this.#pickups.note(foreseenS, tookS);
  }

  /** @param idleShare idle share of all visible drivers, of every matcher */
  noteReserve(idleShare: number, elapsedS: number): void {
    this.#price.adapt(idleShare, elapsedS);
  }

  /** First half of a round. The shell can send its question to a remote provider before the second half. */
  ask({ trips, drivers, nowMs }: RoundScene): AskedRound {
    const scene: MatchScene = {
      trips: trips.map((trip) => ({ ...trip, rideS: this.#boundS(trip) })),
      drivers,
      nowMs,
      driverTimePrice: this.#price.value,
      approachMps: this.#speed.mps,
      driveRatio: this.#pickups.ratio,
      driveSpread: this.#pickups.spread,
      params: this.params.match,
    };
    return { scene, question: matchQuestion(scene) };
  }

  /** @param etas of the pairs of the question, in its order */
  decide({ scene, question }: AskedRound, etas: ArrayLike<number>): MatchPlan {
    this.#speed.learn(question, etas);
    return decideMatches(scene, question, etas);
  }

  moves({ drivers, idleCount, nowMs, etas, targets }: MoveQuestion): Move[] {
    const { move } = this.params;
    const count = Math.round(move.targetsPerDriver * drivers.ids.length);
    const expected = targets?.slice(0, count) ?? this.#demand.sample(count, nowMs);
    return planMoves({
      drivers,
      idleCount,
      targets: expected,
      etas,
      approachMps: this.#speed.mps,
      params: move,
    });
  }

  /** How long a ride keeps its driver from the next rider: its duration, and the empty time above the mean after it. */
  #boundS({ rideS, dropoff }: EngineTrip): number {
    return Math.max(0, rideS + this.#emptyRuns.excessS(dropoff));
  }
}
