import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule, identitiesOverBus } from '#libs/bus';
import { riderClientFrame } from '#libs/contracts';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import { ShardMapModule } from '#libs/shard-map';
import { streamProviders } from '#libs/stream';
import { travelTimesProvider } from '#libs/travel-time';
import type { RiderApiConfig } from './config.ts';
import { PickupEta } from './quotes/pickup-eta.ts';
import { QuotesController } from './quotes/quotes.controller.ts';
import { Quoting } from './quotes/quoting.ts';
import { RideTimeLearning } from './ride-times/ride-time-learning.ts';
import { RideTimeMetrics } from './ride-times/ride-time-metrics.ts';
import { IssueTicketController, RiderStream } from './stream/rider-stream.ts';
import { TripsController } from './trips/trips.controller.ts';

/** The API of riders' phones. */
@Module({})
export class RiderApiModule {
  static of(config: RiderApiConfig): DynamicModule {
    return {
      module: RiderApiModule,
      imports: [
        BusModule.of('rider-api'),
        ShardMapModule,
        AuthenticationModule.of(config, identitiesOverBus),
        ApiDocumentsModule.of('rider'),
      ],
      controllers: [QuotesController, TripsController, IssueTicketController],
      providers: [
        travelTimesProvider,
        PickupEta,
        RideTimeMetrics,
        RideTimeLearning,
        Quoting,
        RiderStream,
        ...streamProviders({ role: 'rider', clientFrame: riderClientFrame, handler: RiderStream }),
      ],
    };
  }
}
