import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  getAttention,
  getAttentionCount,
  HailgridError,
  MAX_COUNTED_ATTENTION,
  operatorId,
  postAcknowledge,
  routerPath,
  type AcknowledgeRequest,
  type AttentionCount,
  type AttentionEntry,
} from '#libs/contracts';
import { AskerOf, ForRole, readIdempotencyKey, type Asker } from '#libs/service';
import {
  acknowledgeAttention,
  countOpenAttention,
  readAttention,
  readAttentionRange,
  TripStore,
} from '#libs/store';
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
    const { kind, open, limit, cursor } = query;
    const data = await readAttention(this.store.upToDate, cursor, limit, {
      kind,
      isOpen: open === 'true',
    });
    return { data, next_cursor: data.length < limit ? null : (data.at(-1)?.number ?? null) };
  }

  /** Tells of nobody, and pages ask every few seconds: it is not in the audit. */
  @Get(routerPath(getAttentionCount))
  @ForRole('operator')
  async count(): Promise<AttentionCount> {
    const [open, { newest }] = await Promise.all([
      countOpenAttention(this.store.upToDate, MAX_COUNTED_ATTENTION),
      readAttentionRange(this.store.upToDate),
    ]);
    return { open, newest };
  }

  @Post(routerPath(postAcknowledge))
  @HttpCode(postAcknowledge.status)
  @ForRole('operator')
  async acknowledge(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: postAcknowledge.params }) { number }: z.output<typeof postAcknowledge.params>,
    @Body({ schema: postAcknowledge.body }) { note }: AcknowledgeRequest,
  ): Promise<AttentionEntry> {
    const act = 'acknowledge_attention';
    const idempotency = readIdempotencyKey(key, { act, number, note });
    const asked = { asker, act, target: { number }, idempotency, output: postAcknowledge.response };
    return this.audit.act(asked, async (transaction) => {
      const changed = await acknowledgeAttention(transaction, {
        number,
        operatorId: operatorId.parse(asker.id),
        name: asker.subject,
        note: note ?? null,
        atMs: transaction.nowMs,
      });
      if (changed === undefined) throw new HailgridError('attention_not_found', `no entry ${number}`);
      const { before, after } = changed;
      return { result: after, before: before.acknowledged, after: after.acknowledged };
    });
  }
}
