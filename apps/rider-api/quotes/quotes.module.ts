import { Module } from '@nestjs/common';
import { computedEtaProvider } from '#libs/geo';
import { CONFIG } from '#libs/service';
import { ShardMapModule } from '#libs/shard-map';
import { openTravelTimes } from '#libs/travel-time';
import type { RiderApiConfig } from '../config.ts';
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
      inject: [CONFIG],
      useFactory: async (config: RiderApiConfig) => computedEtaProvider(await openTravelTimes(config)),
    },
    PickupEta,
    Quoting,
  ],
})
export class QuotesModule {}
