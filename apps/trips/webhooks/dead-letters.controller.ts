import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import {
  HailgridError,
  listDeadLetters,
  replayDeadLetters,
  routerPath,
  toTimestamp,
  type WebhookId,
} from '#libs/contracts';
import { AskerOf, ForRole, LOGGER, readIdempotencyKey, type Asker, type Logger } from '#libs/service';
import { readDeadLetters, readWebhooks, reviveDeadLetters, TripStore, type Queryable } from '#libs/store';
import { OperatorAudit } from '../operations/operator-audit.ts';

/** Lists and replays the dead letters of a webhook. */
@Controller()
export class DeadLettersController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get(routerPath(listDeadLetters))
  @ForRole('operator')
  async list(
    @Param({ schema: listDeadLetters.params }) { webhook_id }: z.output<typeof listDeadLetters.params>,
    @Query({ schema: listDeadLetters.query }) { limit, cursor }: z.output<typeof listDeadLetters.query>,
  ): Promise<z.output<typeof listDeadLetters.response>> {
    await requireWebhook(this.store.upToDate, webhook_id);
    const rows = await readDeadLetters(this.store.upToDate, webhook_id, cursor, limit + 1);
    const page = rows.slice(0, limit);
    return {
      data: page.map(({ tripId, seq, attempts, deadAtMs, status, error, waitingBehind }) => ({
        trip_id: tripId,
        seq,
        attempts,
        dead_at: toTimestamp(deadAtMs),
        status,
        error,
        waiting_behind: waitingBehind,
      })),
      next_cursor: rows.length > limit ? (page.at(-1)?.tripId ?? null) : null,
    };
  }

  @Post(routerPath(replayDeadLetters))
  @HttpCode(replayDeadLetters.status)
  @ForRole('operator')
  async replay(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: replayDeadLetters.params }) { webhook_id }: z.output<typeof replayDeadLetters.params>,
    @Body({ schema: replayDeadLetters.body }) { trip_id }: z.output<typeof replayDeadLetters.body>,
  ): Promise<z.output<typeof replayDeadLetters.response>> {
    const idempotency = readIdempotencyKey(key, { replay_webhook: webhook_id, trip_id });
    const target = { webhook_id, trip_id };
    const asked = {
      asker,
      act: 'replay_dead_letters',
      target,
      idempotency,
      output: replayDeadLetters.response,
    };
    const result = await this.audit.act(asked, async (transaction) => {
      await requireWebhook(transaction, webhook_id);
      const replayed = await reviveDeadLetters(transaction, webhook_id, trip_id, transaction.nowMs);
      return { result: { replayed }, after: { replayed } };
    });
    this.logger.info({ event: 'dead_letters_replayed', webhook_id, ...result });
    return result;
  }
}

async function requireWebhook(database: Queryable, webhookId: WebhookId): Promise<void> {
  const [row] = await readWebhooks(database, webhookId);
  if (row === undefined) throw new HailgridError('webhook_not_found', `no webhook ${webhookId}`);
}
