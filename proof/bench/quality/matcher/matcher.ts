import {
  DispatchEngine,
  idleMoves,
  OpenDemand,
  RoundPlanner,
  SupplyIndex,
  type EngineParams,
  type MatchSteps,
  type Move,
  type OpenTrip,
} from '#libs/dispatch';
import type { EtaTable, Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';
import { GreedyMemory, greedySteps } from './greedy.ts';
import type { Policy } from './policies.ts';

export const PRODUCT = 'standard';

/** What a matcher of the benchmark is made of: the same things as a matcher process. */
export interface MatcherParts {
  /** Its name, and the shard of the trips that it owns. */
  readonly self: string;
  readonly policy: Policy;
  readonly maxWaitS: number;
  readonly pickupRadiusM: number;
  readonly travelTimes: EtaTable;
  readonly isOwn: (place: Point) => boolean;
  readonly cars: number;
}

/**
 * One matcher as the benchmark runs it. It knows what it was told: open trips with their quotes, and reports of drivers.
 * Nothing in this folder may import the world of the simulation.
 */
export class Matcher {
  readonly self: string;
  readonly supply: SupplyIndex;
  readonly demand = new OpenDemand();
  readonly #parts: MatcherParts;
  #engine: DispatchEngine;
  #planner: RoundPlanner;
  #greedy = new GreedyMemory();
  #lastMovesMs = -Infinity;

  constructor(parts: MatcherParts) {
    this.self = parts.self;
    this.#parts = parts;
    this.supply = new SupplyIndex({ capacity: Math.max(1, parts.cars) });
    [this.#engine, this.#planner] = this.#made();
  }

  /** Restarts as another process that takes the shards over: what it was told remains, what it had learned is lost. */
  forget(): void {
    [this.#engine, this.#planner] = this.#made();
    this.#greedy = new GreedyMemory();
  }

  /** A request is open that was not open before. */
  noteRequest({ pickup, requestedAtMs }: OpenTrip): void {
    this.#engine.noteRequest(pickup, requestedAtMs);
  }

  /** The steps of one round that concern own trips. */
  round(nowMs: number, heldTrips: ReadonlySet<TripId>): MatchSteps {
    const { policy, travelTimes, maxWaitS } = this.#parts;
    const isOwn = (tripId: TripId): boolean => this.demand.get(tripId)?.shard === this.self;
    if (policy.kind === 'greedy')
      return greedySteps(policy, {
        memory: this.#greedy,
        demand: this.demand,
        supply: this.supply,
        travelTimes,
        nowMs,
        maxWaitS,
        isOwn,
      });
    const asked = this.#planner.ask(nowMs, { heldTrips, avoided: () => false });
    if (asked === undefined) return { asks: [], swaps: [] };
    const { asks, swaps } = this.#planner.decide(asked, travelTimes.etas(asked.question, nowMs));
    return {
      asks: asks
        .filter(({ match }) => isOwn(match.tripId))
        .map(({ match, followUps }) => {
          const foreign = followUps.findIndex(({ tripId }) => !isOwn(tripId));
          return { match, followUps: foreign === -1 ? followUps : followUps.slice(0, foreign) };
        }),
      swaps: swaps.filter((ring) => ring.every(({ tripId }) => isOwn(tripId))),
    };
  }

  /** Hints to own idle drivers; empty until the next interval of moves. */
  moves(nowMs: number, foreseen: readonly Point[]): Move[] {
    const { policy, travelTimes, isOwn } = this.#parts;
    if (policy.kind === 'greedy' || policy.moves === 'none') return [];
    if (nowMs - this.#lastMovesMs < policy.params.moveIntervalMs) return [];
    this.#lastMovesMs = nowMs;
    return idleMoves(this.#engine, {
      supply: this.supply,
      rideEnds: this.#planner.rideEnds,
      product: PRODUCT,
      isOwn,
      nowMs,
      etas: (question) => travelTimes.etas(question, nowMs),
      targets: policy.moves === 'foreseen' ? foreseen : undefined,
    });
  }

  #made(): [DispatchEngine, RoundPlanner] {
    const { policy, travelTimes } = this.#parts;
    const engine = new DispatchEngine(policy.kind === 'engine' ? this.#params(policy.params) : undefined);
    const isWaiting = ({ driverId }: OpenTrip): boolean => driverId === undefined;
    const rematches = policy.kind !== 'engine' || policy.rematches;
    const planner = new RoundPlanner({
      engine,
      demand: rematches
        ? this.demand
        : { [Symbol.iterator]: () => [...this.demand].filter(isWaiting).values() },
      supply: this.supply,
      driveS: (from, to, nowMs) => travelTimes.etasToPickup(to, [from], nowMs)[0] ?? Infinity,
    });
    return [engine, planner];
  }

  #params(params: EngineParams): EngineParams {
    const { maxWaitS, pickupRadiusM } = this.#parts;
    return { ...params, match: { ...params.match, maxWaitS, pickupRadiusM } };
  }
}

export function driverIdOf(car: number): DriverId {
  return `driver_${car}`;
}

export function carOf(driverId: DriverId): number {
  return Number(driverId.slice('driver_'.length));
}

export function tripIdOf(id: number): TripId {
  return `trip_${id}`;
}

export function numberOf(tripId: TripId): number {
  return Number(tripId.slice('trip_'.length));
}
