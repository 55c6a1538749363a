import { Global, Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import { AvailabilityModule } from './availability/availability.module.ts';
import { DRIVER_API_CONFIG, type DriverApiConfig } from './config.ts';
import { OffersModule } from './offers/offers.module.ts';
import { PositionsModule } from './positions/positions.module.ts';
import { DriverStreamModule } from './stream/driver-stream.module.ts';
import { TripsModule } from './trips/trips.module.ts';

/** What every feature of driver-api is told. */
@Global()
@Module({})
class SettingsModule {}

@Module({})
export class DriverApiModule {
  static of(config: DriverApiConfig): DynamicModule {
    return {
      module: DriverApiModule,
      imports: [
        {
          module: SettingsModule,
          providers: [{ provide: DRIVER_API_CONFIG, useValue: config }],
          exports: [DRIVER_API_CONFIG],
        },
        BusModule.create(),
        AuthenticationModule.of(config),
        ApiDocumentsModule.of('driver'),
        AvailabilityModule,
        OffersModule,
        TripsModule,
        PositionsModule,
        DriverStreamModule,
      ],
    };
  }
}
