import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { z } from 'zod';
import { getShards, routerPath, toTimestamp, type ShardPage } from '#libs/contracts';
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
  async list(
    @Query({ schema: getShards.query }) _query: z.output<typeof getShards.query>,
  ): Promise<ShardPage> {
    const rows = await readShards(this.#store);
    return {
      data: rows.map((row) => ({ ...row, since: toTimestamp(0), load: null })),
      next_cursor: null,
      matchers: [],
      planner: null,
    };
  }
}
