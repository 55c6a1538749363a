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
import { PickupMargin } from './pickup-margin.ts';

/** All that an engine may be told; none of it fits a city or an hour in particular. */
export interface EngineParams {
  readonly match: MatchParams;
  readonly move: MoveParams;
  readonly price: PriceParams;
  /** Requests of so long ago still tell where riders will be. */
  readonly demandMemoryMs: number;
  /** Drivers whose ride ends within that are candidates … */
  readonly chainHorizonS: number;
  /** … and those within that count as supply where idle drivers are sent. */
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

/** A ride as the engine is asked about it: where it ends matters, since the driver will be there. */
export interface EngineTrip extends MatchTrip {
  readonly dropoff: Point;
}

export interface RoundScene {
  readonly trips: readonly EngineTrip[];
  readonly drivers: MatchDrivers;
  readonly nowMs: number;
}

/** What is to be decided, and the pairs whose travel times it takes. */
export interface AskedRound {
  readonly scene: MatchScene;
  readonly question: MatchQuestion;
}

export interface MoveQuestion {
  /** Idle drivers, then those who soon will be. */
  readonly drivers: MatchDrivers;
  readonly idleCount: number;
  readonly nowMs: number;
  readonly etas: PairEtas;
  /** Where riders are expected, where that is known better than from what was requested lately. */
  readonly targets?: readonly Point[];
}

/**
 * Decides for one matcher who drives whom, and where idle drivers should go, and learns as it goes: what a driver's time
 * is worth now, which places leave drivers empty, where riders are expected, how fast one drives. Deterministic: the same
 * questions in the same order give the same answers.
 */
export class DispatchEngine {
  readonly params: EngineParams;
  readonly #price: DriverTimePrice;
  readonly #emptyRuns = new EmptyRuns();
  readonly #demand: DemandMemory;
  readonly #speed = new ApproachSpeed();
  readonly #margin = new PickupMargin();

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

  /** A rider got in so long after the driver's ride before had ended somewhere. */
  noteEmptyRun(rideEnd: Point, emptyS: number): void {
    this.#emptyRuns.note(rideEnd, emptyS);
  }

  /** A driver was at its pickup so long after it was bound to it, and so long was foreseen then. */
  notePickup(foreseenS: number, tookS: number): void {
    this.#margin.note(foreseenS, tookS);
  }

  /** @param idleShare of the drivers in sight, whoever they wait for */
  noteReserve(idleShare: number, elapsedS: number): void {
    this.#price.adapt(idleShare, elapsedS);
  }

  /** The first half of a round: its question can be put to a remote provider before the second half. */
  ask({ trips, drivers, nowMs }: RoundScene): AskedRound {
    const scene: MatchScene = {
      trips: trips.map((trip) => ({ ...trip, rideS: this.#boundS(trip) })),
      drivers,
      nowMs,
      driverTimePrice: this.#price.value,
      approachMps: this.#speed.mps,
      pickupMargin: this.#margin.value,
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

  /** For how long a ride keeps its driver from the next rider, beyond what any ride does. */
  #boundS({ rideS, dropoff }: EngineTrip): number {
    return Math.max(0, rideS + this.#emptyRuns.excessS(dropoff));
  }
}
