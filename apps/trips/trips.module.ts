import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, BusModule } from '#libs/bus';
import { operatorClientFrame } from '#libs/contracts';
import {
  ApiDocumentsModule,
  AuthenticationModule,
  CLOCK,
  LOGGER,
  type Clock,
  type Identities,
  type IdentitiesFactory,
  type Logger,
} from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { readShards, readShardsOf, TripStore } from '#libs/store';
import { streamProviders } from '#libs/stream';
import { Announcer } from './announcing/announcer.ts';
import { VerifyPresence } from './presence/verify-presence.ts';
import { ChangePusher } from './announcing/change-pusher.ts';
import { EventPublisher } from './announcing/event-publisher.ts';
import { OutboxCleaner } from './announcing/outbox-cleaner.ts';
import { OutboxRelay } from './announcing/outbox-relay.ts';
import { StreamKeeper } from './announcing/stream-keeper.ts';
import { AttentionController } from './attention/attention.controller.ts';
import { AttentionStream } from './attention/attention-stream.ts';
import { AttentionTicketsController } from './attention/attention-tickets.controller.ts';
import { FindLongWaits } from './attention/find-long-waits.ts';
import { NumberAttention } from './attention/number-attention.ts';
import { CommandMetrics } from './command-metrics.ts';
import type { TripsConfig } from './config.ts';
import { DeadlineSweep } from './deadlines/deadline-sweep.ts';
import { HeardDrivers } from './deadlines/heard-drivers.ts';
import { SilenceSweep } from './deadlines/silence-sweep.ts';
import { DemandNudger } from './demand/demand-nudger.ts';
import { OpenDemandHandlers } from './demand/open-demand.ts';
import { DriverQueryHandlers } from './drivers/driver-queries.ts';
import { GoOfflineHandler } from './drivers/go-offline.ts';
import { GoOnlineHandler } from './drivers/go-online.ts';
import { ExpiredRowsPurge } from './expired-rows.ts';
import { CompletedRideHandlers } from './history/completed-rides.ts';
import { MakePartitions } from './history/make-partitions.ts';
import { MoveEndedTrips } from './history/move-ended-trips.ts';
import { identityOf, ResolveIdentityHandler } from './identities/resolve-identity.ts';
import { AnswerOfferHandler } from './offers/answer-offer.ts';
import { MakeOffersHandler } from './offers/make-offers.ts';
import { NoteDeliveryHandler } from './offers/note-delivery.ts';
import { RematchHandler } from './offers/rematch.ts';
import { StoreCloser } from './open-store.ts';
import { AssignController } from './operations/assign.controller.ts';
import { DriverEta } from './operations/driver-eta.ts';
import { DriverActsController } from './operations/driver-acts.controller.ts';
import { DrainController } from './operations/drain.controller.ts';
import { AskMatchers } from './operations/ask-matchers.ts';
import { OperatorAudit } from './operations/operator-audit.ts';
import { OperatorDriversController } from './operations/drivers.controller.ts';
import { HealthController } from './operations/health.controller.ts';
import { ShardsController } from './operations/shards.controller.ts';
import { TripActsController } from './operations/trip-acts.controller.ts';
import { TripTraceController } from './operations/trip-trace.controller.ts';
import { OperatorTripsController } from './operations/trips.controller.ts';
import { MatcherMembership } from './ownership/matcher-membership.ts';
import { PlannerEffects } from './ownership/planner-effects.ts';
import { PlannerReports } from './ownership/planner-reports.ts';
import { Planner, SERVICE_CELLS, serviceCells } from './ownership/planner.ts';
import { ShardCommandHandlers } from './ownership/shard-commands.ts';
import { StoreModule } from './store.module.ts';
import { CreateQuoteHandler } from './quotes/create-quote.ts';
import { CancelTripHandler } from './requests/cancel-trip.ts';
import { CreateTripHandler } from './requests/create-trip.ts';
import { DriveTripHandler } from './requests/drive-trip.ts';
import { TripQueryHandlers } from './requests/trip-queries.ts';
import { CatchUpWebhooks } from './webhooks/catch-up-webhooks.ts';
import { ReportSuspicionsHandler } from './suspicions/report-suspicions.ts';
import { SuspicionsController } from './suspicions/suspicions.controller.ts';
import { DeadLettersController } from './webhooks/dead-letters.controller.ts';
import { HandOutDeliveriesHandler } from './webhooks/hand-out-deliveries.ts';
import { TakeInEventsHandler } from './webhooks/take-in-events.ts';
import { SealPlainSecrets } from './webhooks/seal-plain-secrets.ts';
import { SecretMaker } from './webhooks/secret-maker.ts';
import { WebhookTidying } from './webhooks/webhook-tidying.ts';
import { WebhookWorkers } from './webhooks/webhook-workers.ts';
import { WebhookSecretsController } from './webhooks/webhook-secrets.controller.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

const COMMAND_HANDLERS = [
  ResolveIdentityHandler,
  CreateQuoteHandler,
  CreateTripHandler,
  TripQueryHandlers,
  CompletedRideHandlers,
  CancelTripHandler,
  DriveTripHandler,
  MakeOffersHandler,
  RematchHandler,
  AnswerOfferHandler,
  NoteDeliveryHandler,
  GoOnlineHandler,
  GoOfflineHandler,
  DriverQueryHandlers,
  ReportSuspicionsHandler,
  OpenDemandHandlers,
  ShardCommandHandlers,
  TakeInEventsHandler,
  HandOutDeliveriesHandler,
];

const SWEEPS = [
  StreamKeeper,
  OutboxRelay,
  DeadlineSweep,
  SilenceSweep,
  FindLongWaits,
  NumberAttention,
  ExpiredRowsPurge,
  MakePartitions,
  MoveEndedTrips,
  WebhookTidying,
  SecretMaker,
  SealPlainSecrets,
  CatchUpWebhooks,
  WebhookWorkers,
];

/** Operators are people too; this process makes their identities itself. */
const IDENTITIES: IdentitiesFactory = {
  inject: [TripStore],
  useFactory: (store: TripStore): Identities => ({ lookUp: (identity) => identityOf(store, identity) }),
};

/** The only writer of trips. */
@Module({})
export class TripsModule {
  static of(config: TripsConfig): DynamicModule {
    return {
      module: TripsModule,
      imports: [
        BusModule.of('trips'),
        StoreModule,
        AuthenticationModule.of(config, IDENTITIES),
        ApiDocumentsModule.of('trips'),
      ],
      controllers: [
        ...COMMAND_HANDLERS,
        OperatorTripsController,
        TripTraceController,
        TripActsController,
        AssignController,
        DriverActsController,
        OperatorDriversController,
        AttentionController,
        AttentionTicketsController,
        SuspicionsController,
        ShardsController,
        HealthController,
        DrainController,
        WebhooksController,
        WebhookSecretsController,
        DeadLettersController,
      ],
      providers: [
        { provide: SERVICE_CELLS, useValue: serviceCells(config.serviceArea) },
        CommandMetrics,
        OperatorAudit,
        AskMatchers,
        VerifyPresence,
        DriverEta,
        Announcer,
        ChangePusher,
        EventPublisher,
        OutboxCleaner,
        DemandNudger,
        HeardDrivers,
        { provide: LiveShardMap, inject: [BUS, TripStore, CLOCK, LOGGER], useFactory: openShardMap },
        MatcherMembership,
        PlannerReports,
        PlannerEffects,
        Planner,
        AttentionStream,
        ...streamProviders({
          role: 'operator',
          path: '/v1/ops/stream',
          scope: 'ops.read',
          clientFrame: operatorClientFrame,
          handler: AttentionStream,
        }),
        ...SWEEPS,
        // Last: the store closes after the shard map has stopped reading from it.
        StoreCloser,
      ],
    };
  }
}

/** Opens the shard map of the process that writes it: it reads the table itself. */
function openShardMap(bus: NatsConnection, store: TripStore, clock: Clock, logger: Logger): LiveShardMap {
  return new LiveShardMap({
    bus,
    clock,
    logger,
    read: () => readShards(store.mayLag),
    reread: (shards) => readShardsOf(store, shards),
  });
}
