import type { Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';
import { matchSteps, type MatchSteps } from '../matching/match-steps.ts';
import type { MatchPlan } from '../matching/plan-matches.ts';
import type { OpenTrip } from '../open-trip.ts';
import type { SupplyIndex } from '../supply-index.ts';
import type { AskedRound, DispatchEngine } from './dispatch-engine.ts';
import { PickupWatch } from './pickup-watch.ts';
import { RideEnds } from './ride-ends.ts';
import { RideWatch } from './ride-watch.ts';
import { roundScene } from './round-scene.ts';

const MS_PER_S = 1_000;

/** What one matcher's rounds are decided on. */
export interface RoundPlannerParts {
  readonly engine: DispatchEngine;
  /** Open trips of own and neighbouring shards. */
  readonly demand: Iterable<OpenTrip>;
  readonly supply: SupplyIndex;
  /** Driving time between two points by the street network; Infinity without a route. */
  readonly driveS: (from: Point, to: Point, nowMs: number) => number;
}

/** What the round has to leave out. */
export interface RoundLimits {
  /** Trips reserved for a follow-up; there is no open offer for them. */
  readonly heldTrips: ReadonlySet<TripId>;
  /** Drivers to leave out although they look free, because their claim was just refused. */
  readonly avoided: (driverId: DriverId) => boolean;
}

/** A decided round: its plan, and the steps that carry it out. */
export interface PlannedRound extends MatchSteps {
  readonly plan: MatchPlan;
  /** The trip that each driver of the round was on its way to. */
  readonly holders: ReadonlyMap<DriverId, TripId>;
}

/**
 * The rounds of one matcher, from what it hears: builds the scene, has the engine decide, and learns from what
 * followed earlier decisions. The matcher process and the benchmark run this same code; travel times come from outside,
 * between `ask` and `decide`.
 */
export class RoundPlanner {
  /** When rides end; also tells repositioning who will soon be free. */
  readonly rideEnds: RideEnds;
  readonly #parts: RoundPlannerParts;
  readonly #rides = new RideWatch();
  readonly #pickups = new PickupWatch();
  #lastRoundMs: number | undefined;

  constructor(parts: RoundPlannerParts) {
    this.#parts = parts;
    this.rideEnds = new RideEnds(parts.driveS);
  }

  /** First half of a round; undefined if there is nothing to decide. */
  ask(nowMs: number, { heldTrips, avoided }: RoundLimits): AskedRound | undefined {
    this.#learn(nowMs);
    const { engine, demand, supply } = this.#parts;
    const scene = roundScene({
      demand,
      supply,
      nowMs,
      chainHorizonS: engine.params.chainHorizonS,
      rideEnds: this.rideEnds,
      heldTrips,
      avoided,
    });
    if (scene.trips.length === 0 || scene.drivers.ids.length === 0) return undefined;
    return engine.ask(scene);
  }

  /** @param etas of the pairs of the question, in its order */
  decide(asked: AskedRound, etas: ArrayLike<number>): PlannedRound {
    const plan = this.#parts.engine.decide(asked, etas);
    this.#pickups.note(plan, etas);
    const holders = new Map(
      asked.scene.trips.flatMap(({ driverId, tripId }) => (driverId ? [[driverId, tripId]] : [])),
    );
    return { plan, holders, ...matchSteps(plan.matches, (driverId) => holders.get(driverId)) };
  }

  #learn(nowMs: number): void {
    const { engine, supply } = this.#parts;
    const riding = [...supply.ridingDrivers()];
    const isInSight = (driverId: DriverId): boolean => supply.view(driverId)?.point !== undefined;
    this.rideEnds.look(riding, nowMs, isInSight);
    for (const { rideEnd, emptyS } of this.#rides.look(riding, nowMs, isInSight))
      engine.noteEmptyRun(rideEnd, emptyS);
    for (const { foreseenS, tookS } of this.#pickups.look(riding, nowMs)) engine.notePickup(foreseenS, tookS);
    const { free, offered, onTrip } = supply.counts();
    const all = free + offered + onTrip;
    if (this.#lastRoundMs !== undefined && all > 0)
      engine.noteReserve(free / all, (nowMs - this.#lastRoundMs) / MS_PER_S);
    this.#lastRoundMs = nowMs;
  }
}
