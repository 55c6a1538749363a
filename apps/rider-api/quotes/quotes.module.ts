import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CLOCK, CONFIG, METRICS, type Clock, type Metrics } from '#libs/service';
import { ShardMapModule } from '#libs/shard-map';
import { openTravelTimes, type TravelTimes } from '#libs/travel-time';
import type { RiderApiConfig } from '../config.ts';
import { CreateQuoteController } from './create-quote.controller.ts';
import { ListProductsController } from './list-products.controller.ts';
import { PickupEta } from './pickup-eta.ts';
import { ETA_PROVIDER, Quoting } from './quoting.ts';

const TRAVEL_TIMES = Symbol('hailgrid.rider-api.travel-times');

@Module({
  imports: [ShardMapModule],
  controllers: [CreateQuoteController, ListProductsController],
  providers: [
    {
      provide: TRAVEL_TIMES,
      inject: [CONFIG, CLOCK, METRICS],
      useFactory: (config: RiderApiConfig, clock: Clock, metrics: Metrics) =>
        openTravelTimes(config, { clock, metrics }),
    },
    { provide: ETA_PROVIDER, inject: [TRAVEL_TIMES], useFactory: ({ provider }: TravelTimes) => provider },
    PickupEta,
    Quoting,
  ],
})
export class QuotesModule implements OnApplicationShutdown {
  constructor(@Inject(TRAVEL_TIMES) private readonly travelTimes: TravelTimes) {}

  onApplicationShutdown(): void {
    this.travelTimes.close();
  }
}
