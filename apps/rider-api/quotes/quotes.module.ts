import { Module } from '@nestjs/common';
import { computedEtaProvider } from '#libs/geo';
import { openTravelTimes } from '#libs/travel-time';
import { RIDER_API_CONFIG, type RiderApiConfig } from '../config.ts';
import { ShardMapModule } from '../shard-map/shard-map.module.ts';
import { CreateQuoteController } from './create-quote.controller.ts';
import { ListProductsController } from './list-products.controller.ts';
import { PickupEta } from './pickup-eta.ts';
import { ETA_PROVIDER, Quoting } from './quoting.ts';

@Module({
  imports: [ShardMapModule],
  controllers: [CreateQuoteController, ListProductsController],
  providers: [
    {
      provide: ETA_PROVIDER,
      inject: [RIDER_API_CONFIG],
      useFactory: async (config: RiderApiConfig) => computedEtaProvider(await openTravelTimes(config)),
    },
    PickupEta,
    Quoting,
  ],
})
export class QuotesModule {}
