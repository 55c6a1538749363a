import { Module } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { DispatchEngine, ExplainLog, OpenDemand, RoundPlanner, SupplyIndex } from '#libs/dispatch';
import type { Point } from '#libs/geo';
import { CONFIG } from '#libs/service';
import { ShardMapModule } from '#libs/shard-map';
import { TRAVEL_TIMES, travelTimesProvider, type TravelTimes } from '#libs/travel-time';
import { engineOf, ROUND_PARAMS, roundParamsOf } from './config.ts';
import { DemandMetrics } from './demand/demand-metrics.ts';
import { DemandSweep } from './demand/demand-sweep.ts';
import { NudgeHandler } from './demand/nudge.handler.ts';
import { OpenTripReader } from './demand/open-trip-reader.ts';
import { Handoff } from './handoff/handoff.ts';
import { Heartbeat } from './heartbeat/heartbeat.ts';
import { LoadMeter } from './heartbeat/load-meter.ts';
import { OutlookHandler } from './outlook/outlook.handler.ts';
import { incarnationProvider, Membership, OwnershipMetrics } from './ownership/membership.ts';
import { Ownership } from './ownership/ownership.ts';
import { MoveLoop, RequestWatch } from './repositioning/move-loop.ts';
import { AvoidedDrivers } from './rounds/avoided-drivers.ts';
import { ExplainHandler } from './rounds/explain.handler.ts';
import { JointRound } from './rounds/joint-round.ts';
import { OfferCommitter } from './rounds/offer-committer.ts';
import { OfferOutcomes } from './rounds/offer-outcomes.ts';
import { PendingAsks } from './rounds/pending-asks.ts';
import { RoundDecisions } from './rounds/round-decisions.ts';
import { RoundLoop, RoundUrgency } from './rounds/round-loop.ts';
import { RoundMetrics, RoundTimes } from './rounds/round-metrics.ts';
import { SwapCommitter } from './rounds/swap-committer.ts';
import { CellSubscriptions } from './supply/cell-subscriptions.ts';
import { DeadPartDrivers } from './supply/dead-part-drivers.ts';
import { DriverEtaHandler } from './supply/driver-eta.handler.ts';
import { PickupEtaHandler } from './supply/pickup-eta.handler.ts';
import { PingCounts } from './supply/ping-counts.ts';
import { PositionIntake } from './supply/position-intake.ts';
import { SilentDrivers } from './supply/silent-drivers.ts';
import { SupplyMetrics } from './supply/supply-metrics.ts';

const SHARDS = [incarnationProvider, Ownership, Membership, OwnershipMetrics, Handoff, LoadMeter, Heartbeat];

const DRIVERS = [
  { provide: SupplyIndex, useFactory: () => new SupplyIndex() },
  SupplyMetrics,
  PingCounts,
  PositionIntake,
  CellSubscriptions,
  SilentDrivers,
  DeadPartDrivers,
  PickupEtaHandler,
  DriverEtaHandler,
];

const TRIPS = [
  { provide: OpenDemand, useFactory: () => new OpenDemand() },
  DemandMetrics,
  OpenTripReader,
  NudgeHandler,
  DemandSweep,
];

const ROUNDS = [
  travelTimesProvider,
  { provide: ROUND_PARAMS, inject: [CONFIG], useFactory: roundParamsOf },
  { provide: DispatchEngine, inject: [CONFIG], useFactory: engineOf },
  {
    provide: RoundPlanner,
    inject: [DispatchEngine, OpenDemand, SupplyIndex, TRAVEL_TIMES],
    useFactory: plannerOf,
  },
  { provide: ExplainLog, useFactory: () => new ExplainLog() },
  ExplainHandler,
  RoundMetrics,
  RoundTimes,
  AvoidedDrivers,
  PendingAsks,
  OfferOutcomes,
  OfferCommitter,
  SwapCommitter,
  RoundDecisions,
  RoundUrgency,
  JointRound,
  RoundLoop,
];

const REPOSITIONING = [RequestWatch, MoveLoop, OutlookHandler];

/** Times of rides come from the source inside this process: a routing engine is asked once a round, for pickups. */
function plannerOf(
  engine: DispatchEngine,
  demand: OpenDemand,
  supply: SupplyIndex,
  { localRides }: TravelTimes,
): RoundPlanner {
  const driveS = (from: Point, to: Point, nowMs: number): number =>
    localRides.etasToPickup(to, [from], nowMs)[0] ?? Infinity;
  return new RoundPlanner({ engine, demand, supply, driveS });
}

/** Matches the open trips of the owned shards with the drivers in sight. */
@Module({
  imports: [BusModule.of('matcher'), ShardMapModule],
  providers: [...SHARDS, ...DRIVERS, ...TRIPS, ...ROUNDS, ...REPOSITIONING],
})
export class MatcherModule {}
