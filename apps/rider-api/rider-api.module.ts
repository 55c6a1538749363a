import { Global, Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import { RIDER_API_CONFIG, type RiderApiConfig } from './config.ts';
import { QuotesModule } from './quotes/quotes.module.ts';
import { ShardMapModule } from './shard-map/shard-map.module.ts';
import { RiderStreamModule } from './stream/rider-stream.module.ts';
import { TripsModule } from './trips/trips.module.ts';

@Global()
@Module({})
export class RiderApiModule {
  static of(config: RiderApiConfig): DynamicModule {
    return {
      module: RiderApiModule,
      imports: [
        BusModule.create(),
        AuthenticationModule.of(config),
        ApiDocumentsModule.of('rider'),
        ShardMapModule,
        QuotesModule,
        TripsModule,
        RiderStreamModule,
      ],
      providers: [{ provide: RIDER_API_CONFIG, useValue: config }],
      exports: [RIDER_API_CONFIG],
    };
  }
}
