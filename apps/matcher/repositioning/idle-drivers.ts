import { Injectable } from '@nestjs/common';
import { SupplyIndex, type FreeDriver } from '#libs/dispatch';
import { pickupCellOf } from '#libs/geo';
import { LiveShardMap } from '#libs/shard-map';
import { Ownership } from '../ownership/ownership.ts';

/** The free drivers in sight, by product: those in the own area, whom this matcher may send somewhere, and the others. */
@Injectable()
export class IdleDrivers {
  readonly #self: string;

  constructor(
    private readonly supply: SupplyIndex,
    private readonly shards: LiveShardMap,
    ownership: Ownership,
  ) {
    this.#self = ownership.self;
  }

  byProduct(): Map<string, { own: FreeDriver[]; others: FreeDriver[] }> {
    const byProduct = new Map<string, { own: FreeDriver[]; others: FreeDriver[] }>();
    for (const driver of this.supply.freeDrivers()) {
      const group = byProduct.get(driver.product) ?? { own: [], others: [] };
      byProduct.set(driver.product, group);
      const owner = this.shards.map.ownerOf(pickupCellOf(driver.point));
      // Whoever stands beyond the service area is brought back by whichever matcher hears it.
      (owner === undefined || owner === this.#self ? group.own : group.others).push(driver);
    }
    return byProduct;
  }
}
