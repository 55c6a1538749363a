import { Inject, Injectable } from '@nestjs/common';
import {
  explainMatches,
  ExplainLog,
  OpenDemand,
  RoundPlanner,
  SupplyIndex,
  type Match,
  type Ask,
} from '#libs/dispatch';
import { greatCircleM } from '#libs/geo';
import { CLOCK, type Clock } from '#libs/service';
import { TRAVEL_TIMES, type TravelTimes } from '#libs/travel-time';
import type { DriverId, TripId } from '#libs/trip';
import { Ownership } from '../ownership/ownership.ts';
import { AvoidedDrivers } from './avoided-drivers.ts';
import { PendingAsks } from './pending-asks.ts';

/** A trip to offer to a driver if the claim commits. */
export interface RoundOffer {
  readonly tripId: TripId;
  readonly shard: string;
  readonly driverId: DriverId;
  readonly pickupEtaS: number;
  /** Great circle. */
  readonly pickupDistanceM: number;
  /** For a driver with a rider on board: the status version that says so. */
  readonly afterRideAtVersion: number | undefined;
  /** The driver on the way, who drives on until the new one has accepted. */
  readonly replaces: DriverId | undefined;
  /** Where the replaced driver then goes, whom it replaces there, and so on. */
  readonly followUps: readonly Match[];
}

/** Drivers on their way who exchange trips, all or none. */
export type RoundSwap = readonly Match[];

/** The decisions of a round. */
export interface RoundPlan {
  readonly offers: readonly RoundOffer[];
  readonly swaps: readonly RoundSwap[];
}

/** Has the planner decide a round on current demand and supply, and records its reasons. */
@Injectable()
export class RoundDecisions {
  constructor(
    private readonly planner: RoundPlanner,
    private readonly demand: OpenDemand,
    private readonly supply: SupplyIndex,
    private readonly ownership: Ownership,
    @Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes,
    private readonly explain: ExplainLog,
    private readonly pending: PendingAsks,
    private readonly avoided: AvoidedDrivers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Decides on all trips in sight. The plan holds only what concerns owned shards. */
  async next(): Promise<RoundPlan> {
    const nowMs = this.clock.now();
    const asked = this.planner.ask(nowMs, {
      heldTrips: this.pending.heldTrips(),
      avoided: (driverId) => this.avoided.isAvoided(driverId, (id) => this.#versionOf(id), nowMs),
    });
    if (asked === undefined) return { offers: [], swaps: [] };
    const etas = await this.travelTimes.provider.etas(asked.question, nowMs);
    const { plan, holders, asks, swaps } = this.planner.decide(asked, etas);
    this.explain.record(
      explainMatches(plan, {
        shardOf: (tripId) => this.#ownShard(tripId),
        isAsked: (driverId) => !holders.has(driverId),
        placeOf: (driverId) => this.supply.view(driverId)?.point,
        isInDeadPart: (driverId) => this.#isInDeadPart(driverId),
      }),
    );
    return {
      offers: asks.flatMap((ask) => this.#offer(ask)),
      swaps: swaps.filter((swap) => swap.every(({ tripId }) => this.#ownShard(tripId) !== undefined)),
    };
  }

  #offer({ match, followUps }: Ask): RoundOffer[] {
    const { tripId, driverId, pickupInS, replaces } = match;
    const shard = this.#ownShard(tripId);
    const trip = this.demand.get(tripId);
    const view = this.supply.view(driverId);
    if (shard === undefined || trip === undefined || view?.point === undefined) return [];
    return [
      {
        tripId,
        shard,
        driverId,
        pickupEtaS: pickupInS,
        pickupDistanceM: greatCircleM(view.point, trip.pickup),
        afterRideAtVersion: view.rideEnd === undefined ? undefined : view.statusVersion,
        replaces,
        followUps: this.#ownPart(followUps),
      },
    ];
  }

  /** The part of the path before the first trip that a neighbour decides on. */
  #ownPart(path: readonly Match[]): readonly Match[] {
    const foreign = path.findIndex(({ tripId }) => this.#ownShard(tripId) === undefined);
    return foreign === -1 ? path : path.slice(0, foreign);
  }

  #ownShard(tripId: TripId): string | undefined {
    const shard = this.demand.get(tripId)?.shard;
    return shard !== undefined && this.ownership.isMatchable(shard) ? shard : undefined;
  }

  /** Where the driver can start: a driver with a rider on board at the end of the ride. */
  #isInDeadPart(driverId: Match['driverId']): boolean {
    const view = this.supply.view(driverId);
    const start = view?.rideEnd ?? view?.point;
    return start !== undefined && this.travelTimes.isInDeadPart(start);
  }

  #versionOf(driverId: Match['driverId']): number {
    return this.supply.view(driverId)?.statusVersion ?? -1;
  }
}
