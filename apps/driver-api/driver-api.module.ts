import { Module, type DynamicModule } from '@nestjs/common';
import { BusModule } from '#libs/bus';
import { ApiDocumentsModule, AuthenticationModule } from '#libs/service';
import { AvailabilityModule } from './availability/availability.module.ts';
import type { DriverApiConfig } from './config.ts';
import { OffersModule } from './offers/offers.module.ts';
import { PositionsModule } from './positions/positions.module.ts';
import { RepositioningModule } from './repositioning/repositioning.module.ts';
import { DriverStreamModule } from './stream/driver-stream.module.ts';
import { TripsModule } from './trips/trips.module.ts';

/** What drivers' phones speak to. */
@Module({})
export class DriverApiModule {
  static of(config: DriverApiConfig): DynamicModule {
    return {
      module: DriverApiModule,
      imports: [
        BusModule,
        AuthenticationModule.of(config),
        ApiDocumentsModule.of('driver'),
        AvailabilityModule,
        OffersModule,
        TripsModule,
        PositionsModule,
        RepositioningModule,
        DriverStreamModule,
      ],
    };
  }
}
