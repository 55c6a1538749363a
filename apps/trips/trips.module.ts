import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, BusModule } from '#libs/bus';
import {
  ApiDocumentsModule,
  AuthenticationModule,
  CLOCK,
  LOGGER,
  type Clock,
  type Logger,
} from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { readShards, TripStore } from '#libs/store';
import { Announcer } from './announcing/announcer.ts';
import { ChangePusher } from './announcing/change-pusher.ts';
import { EventPublisher } from './announcing/event-publisher.ts';
import { OutboxCleaner } from './announcing/outbox-cleaner.ts';
import { OutboxRelay } from './announcing/outbox-relay.ts';
import { StreamKeeper } from './announcing/stream-keeper.ts';
import type { TripsConfig } from './config.ts';
import { DemandNudger } from './demand/demand-nudger.ts';
import { OpenDemandHandler } from './demand/open-demand.ts';
import { ReadOpenTripHandler } from './demand/read-open-trip.ts';
import { DeadlineSweep } from './deadlines/deadline-sweep.ts';
import { ExpiredRowsPurge } from './expired-rows.ts';
import { GetDriverHandler } from './drivers/get-driver.ts';
import { GoOfflineHandler } from './drivers/go-offline.ts';
import { GoOnlineHandler } from './drivers/go-online.ts';
import { OutdatedDriversHandler } from './drivers/outdated-drivers.ts';
import { AnswerOfferHandler } from './offers/answer-offer.ts';
import { MakeOffersHandler } from './offers/make-offers.ts';
import { RematchHandler } from './offers/rematch.ts';
import { MakePartitions } from './history/make-partitions.ts';
import { MoveEndedTrips } from './history/move-ended-trips.ts';
import { DrainController } from './operations/drain.controller.ts';
import { ExplainController } from './operations/explain.controller.ts';
import { HistoryController } from './operations/history.controller.ts';
import { ShardsController } from './operations/shards.controller.ts';
import { PlannerEffects } from './ownership/planner-effects.ts';
import { PlannerReports } from './ownership/planner-reports.ts';
import { Planner } from './ownership/planner.ts';
import { CreateQuoteHandler } from './quotes/create-quote.ts';
import { CancelTripHandler } from './requests/cancel-trip.ts';
import { CreateTripHandler } from './requests/create-trip.ts';
import { DriveTripHandler } from './requests/drive-trip.ts';
import { GetTripHandler } from './requests/get-trip.ts';
import { ListTripsHandler } from './requests/list-trips.ts';
import { ReplayTripHandler } from './requests/replay-trip.ts';
import { ShardCommandHandlers } from './ownership/shard-commands.ts';
import { MatcherMembership } from './ownership/matcher-membership.ts';
import { SERVICE_CELLS, serviceCells } from './ownership/service-cells.ts';
import { StoreModule } from './store.module.ts';
import { DeadLettersController } from './webhooks/dead-letters.controller.ts';
import { HandOutDeliveriesHandler } from './webhooks/hand-out-deliveries.ts';
import { TakeInEventsHandler } from './webhooks/take-in-events.ts';
import { WebhookTidying } from './webhooks/webhook-tidying.ts';
import { WebhookWorkers } from './webhooks/webhook-workers.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

const COMMAND_HANDLERS = [
  CreateQuoteHandler,
  CreateTripHandler,
  GetTripHandler,
  ListTripsHandler,
  ReplayTripHandler,
  CancelTripHandler,
  DriveTripHandler,
  MakeOffersHandler,
  RematchHandler,
  AnswerOfferHandler,
  GoOnlineHandler,
  GoOfflineHandler,
  GetDriverHandler,
  OutdatedDriversHandler,
  OpenDemandHandler,
  ReadOpenTripHandler,
  ShardCommandHandlers,
  TakeInEventsHandler,
  HandOutDeliveriesHandler,
];

const SWEEPS = [
  StreamKeeper,
  OutboxRelay,
  DeadlineSweep,
  ExpiredRowsPurge,
  MakePartitions,
  MoveEndedTrips,
  WebhookTidying,
  WebhookWorkers,
];

/** The only writer of trips. */
@Module({})
export class TripsModule {
  static of(config: TripsConfig): DynamicModule {
    return {
      module: TripsModule,
      imports: [BusModule, AuthenticationModule.of(config), ApiDocumentsModule.of('trips'), StoreModule],
      controllers: [
        ...COMMAND_HANDLERS,
        HistoryController,
        ExplainController,
        ShardsController,
        DrainController,
        WebhooksController,
        DeadLettersController,
      ],
      providers: [
        { provide: SERVICE_CELLS, useValue: serviceCells(config.serviceArea) },
        Announcer,
        ChangePusher,
        EventPublisher,
        OutboxCleaner,
        DemandNudger,
        { provide: LiveShardMap, inject: [BUS, TripStore, CLOCK, LOGGER], useFactory: openShardMap },
        MatcherMembership,
        PlannerReports,
        PlannerEffects,
        Planner,
        ...SWEEPS,
      ],
    };
  }
}

/** The shard map of the process that writes it: read from the table itself. */
function openShardMap(bus: NatsConnection, store: TripStore, clock: Clock, logger: Logger): LiveShardMap {
  return new LiveShardMap({ bus, clock, logger, read: () => readShards(store.mayLag) });
}
