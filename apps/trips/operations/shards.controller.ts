import { Controller, Get, Inject } from '@nestjs/common';
import { getShards, routerPath, type ShardMapMessage } from '#libs/contracts';
import { ForRole } from '#libs/service';
import { readShards, TripStore } from '#libs/store';

/** Who matches which part of the city. */
@Controller()
export class ShardsController {
  readonly #store: TripStore;

  constructor(@Inject(TripStore) store: TripStore) {
    this.#store = store;
  }

  @Get(routerPath(getShards))
  @ForRole('operator')
  async list(): Promise<ShardMapMessage> {
    return { shards: await readShards(this.#store) };
  }
}
