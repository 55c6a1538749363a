import { Controller, Get, Inject } from '@nestjs/common';
import { getProducts, routerPath, type ProductList } from '#libs/contracts';
import { CONFIG, ForRole } from '#libs/service';
import type { RiderApiConfig } from '../config.ts';
import { productOffers } from './tariffs.ts';

@Controller()
export class ListProductsController {
  readonly #currency: string;

  constructor(@Inject(CONFIG) config: RiderApiConfig) {
    this.#currency = config.currency;
  }

  @Get(routerPath(getProducts))
  @ForRole('rider')
  list(): ProductList {
    const data = productOffers(this.#currency).map(({ product, name, seats, tariff }) => {
      const money = (amountMinor: number) => ({ amount_minor: amountMinor, currency: tariff.currency });
      return {
        product,
        name,
        seats,
        base_fare: money(tariff.baseMinor),
        per_km: money(tariff.perKmMinor),
        per_min: money(tariff.perMinMinor),
        minimum_fare: money(tariff.minimumMinor),
      };
    });
    return { data };
  }
}
