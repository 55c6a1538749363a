import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { getSuspicions, routerPath } from '#libs/contracts';
import { AskerOf, ForRole, type Asker } from '#libs/service';
import { readSuspicions, TripStore } from '#libs/store';
import { OperatorAudit } from '../operations/operator-audit.ts';

/** Shows operators the drivers whose positions look made up. */
@Controller()
export class SuspicionsController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
  ) {}

  @Get(routerPath(getSuspicions))
  @ForRole('operator')
  async list(
    @AskerOf() asker: Asker,
    @Query({ schema: getSuspicions.query }) query: z.output<typeof getSuspicions.query>,
  ): Promise<z.output<typeof getSuspicions.response>> {
    await this.audit.look(asker, 'list_suspicions', query);
    const { driver_id, limit } = query;
    return { data: await readSuspicions(this.store.upToDate, driver_id, limit) };
  }
}
