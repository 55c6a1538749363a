import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import type { RiderApiConfig } from './config.ts';
import { QuotesModule } from './quotes/quotes.module.ts';
import { RiderStreamModule } from './stream/rider-stream.module.ts';
import { TripsModule } from './trips/trips.module.ts';

/** What riders' phones speak to. */
@Module({})
export class RiderApiModule {
  static of(config: RiderApiConfig): DynamicModule {
    return {
      module: RiderApiModule,
      imports: [
        BusModule,
        AuthenticationModule.of(config),
        ApiDocumentsModule.of('rider'),
        QuotesModule,
        TripsModule,
        RiderStreamModule,
      ],
    };
  }
}
