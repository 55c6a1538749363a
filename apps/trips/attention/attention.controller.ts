import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { getAttention, routerPath } from '#libs/contracts';
import { AskerOf, ForRole, type Asker } from '#libs/service';
import { readAttention, TripStore } from '#libs/store';
import { OperatorAudit } from '../operations/operator-audit.ts';

/** The attention feed as a list. */
@Controller()
export class AttentionController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
  ) {}

  @Get(routerPath(getAttention))
  @ForRole('operator')
  async list(
    @AskerOf() asker: Asker,
    @Query({ schema: getAttention.query }) query: z.output<typeof getAttention.query>,
  ): Promise<z.output<typeof getAttention.response>> {
    await this.audit.look(asker, 'list_attention', query);
    const { kind, limit, cursor } = query;
    const data = await readAttention(this.store.upToDate, cursor, limit, kind);
    return { data, next_cursor: data.length < limit ? null : (data.at(-1)?.number ?? null) };
  }
}
