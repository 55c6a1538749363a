import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import {
  createWebhook,
  deleteWebhook,
  HailgridError,
  listWebhooks,
  MAX_WEBHOOKS,
  newId,
  routerPath,
  toTimestamp,
  type WebhookId,
  type WebhookView,
} from '#libs/contracts';
import {
  AskerOf,
  CLOCK,
  CONFIG,
  ForRole,
  LOGGER,
  readIdempotencyKey,
  type Asker,
  type Clock,
  type Logger,
} from '#libs/service';
import {
  deleteWebhookRow,
  insertWebhook,
  insertWebhookSecret,
  readWebhooks,
  TripStore,
  type SealedSecret,
  type TripTransaction,
  type WebhookRow,
} from '#libs/store';
import { refuseResolvedTarget } from '#libs/webhooks';
import type { TripsConfig } from '../config.ts';
import { OperatorAudit } from '../operations/operator-audit.ts';
import { SecretMaker } from './secret-maker.ts';
import { WebhookWorkers } from './webhook-workers.ts';

type CreatedWebhook = z.output<typeof createWebhook.response>;
/** The answer stored under an idempotency key: without the secret, and a replay probes for webhooks processes again. */
const storedWebhook = createWebhook.response.omit({ delivery: true, secret: true });
type StoredWebhook = z.output<typeof storedWebhook>;

/** Operators create, list and delete webhooks. */
@Controller()
export class WebhooksController {
  constructor(
    private readonly store: TripStore,
    private readonly audit: OperatorAudit,
    private readonly workers: WebhookWorkers,
    private readonly secrets: SecretMaker,
    @Inject(CONFIG) private readonly config: TripsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(routerPath(createWebhook))
  @HttpCode(createWebhook.status)
  @ForRole('operator')
  async create(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Body({ schema: createWebhook.body }) body: z.output<typeof createWebhook.body>,
  ): Promise<CreatedWebhook> {
    const idempotency = readIdempotencyKey(key, { create_webhook: body });
    // The audit keeps the target's host only: its path and query may be a secret.
    const target = { host: new URL(body.url).host };
    const asked = { asker, act: 'create_webhook', target, idempotency, output: storedWebhook };
    // Looked up outside of the transaction, and thrown inside: a repeated key gets the first answer, whatever the name has become.
    const refusal = this.config.webhookAllowPrivate
      ? undefined
      : await refuseResolvedTarget(new URL(body.url));
    const webhookId = newId('webhook');
    const { secret, ...sealed } = await this.secrets.make(webhookId);
    const result = await this.audit.act(asked, async (transaction) => {
      if (refusal !== undefined) throw targetRefused(refusal);
      const made = await make(transaction, body, webhookId, sealed);
      return { result: made, after: { webhook_id: made.webhook_id, event_types: made.event_types } };
    });
    this.logger.info({ event: 'webhook_created', webhook_id: result.webhook_id });
    // Another id: the answer of an earlier request, whose secret was shown then and is not known any more.
    const shown = result.webhook_id === webhookId ? secret : null;
    return { ...result, secret: shown, delivery: await this.workers.delivery() };
  }

  @Get(routerPath(listWebhooks))
  @ForRole('operator')
  async list(): Promise<z.output<typeof listWebhooks.response>> {
    const nowMs = this.clock.now();
    const [rows, delivery] = await Promise.all([readWebhooks(this.store.upToDate), this.workers.delivery()]);
    return { data: rows.map((row) => webhookView(row, nowMs)), delivery };
  }

  @Delete(routerPath(deleteWebhook))
  @HttpCode(deleteWebhook.status)
  @ForRole('operator')
  async delete(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: deleteWebhook.params }) { webhook_id }: z.output<typeof deleteWebhook.params>,
  ): Promise<WebhookView> {
    const idempotency = readIdempotencyKey(key, { delete_webhook: webhook_id });
    const asked = {
      asker,
      act: 'delete_webhook',
      target: { webhook_id },
      idempotency,
      output: deleteWebhook.response,
    };
    const result = await this.audit.act(asked, async (transaction) => {
      const [row] = await readWebhooks(transaction, webhook_id);
      if (row === undefined) throw new HailgridError('webhook_not_found', `no webhook ${webhook_id}`);
      await deleteWebhookRow(transaction, webhook_id);
      return {
        result: webhookView(row, transaction.nowMs),
        before: { event_types: row.eventTypes },
      };
    });
    this.logger.info({ event: 'webhook_deleted', webhook_id });
    return result;
  }
}

function targetRefused(reason: string): HailgridError {
  return new HailgridError('webhook_target_refused', reason, {
    detail: reason,
    issues: [{ pointer: '/url', message: reason }],
  });
}

async function make(
  transaction: TripTransaction,
  { url, event_types }: z.output<typeof createWebhook.body>,
  webhookId: WebhookId,
  sealed: SealedSecret,
): Promise<StoredWebhook> {
  const createdAtMs = transaction.nowMs;
  const row = { webhookId, url, eventTypes: event_types ?? null, createdAtMs };
  if (!(await insertWebhook(transaction, row, MAX_WEBHOOKS)))
    throw new HailgridError('too_many_webhooks', `${MAX_WEBHOOKS} webhooks`);
  await insertWebhookSecret(transaction, webhookId, sealed, createdAtMs);
  const suspension = { suspendedAtMs: null, suspendedReason: null, suspendedError: null, heldUntilMs: null };
  const fresh = { ...row, ...suspension, catchesUp: false, waiting: 0, deadLetters: 0 };
  const { keyId, fingerprint } = sealed;
  const secrets = [{ keyId, fingerprint, madeAtMs: createdAtMs, expiresAtMs: null }];
  return webhookView({ ...fresh, secrets }, createdAtMs);
}

function webhookView(row: WebhookRow, nowMs: number): WebhookView {
  const heldUntilMs = row.heldUntilMs ?? 0;
  return {
    webhook_id: row.webhookId,
    url: row.url,
    event_types: row.eventTypes,
    created_at: toTimestamp(row.createdAtMs),
    suspended_at: row.suspendedAtMs === null ? null : toTimestamp(row.suspendedAtMs),
    suspended_reason: row.suspendedReason,
    suspended_error: row.suspendedError,
    paused_until: heldUntilMs > nowMs ? toTimestamp(heldUntilMs) : null,
    catching_up: row.catchesUp,
    waiting: row.waiting,
    dead_letters: row.deadLetters,
    secrets: row.secrets
      .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs)
      .map(({ fingerprint, keyId, madeAtMs, expiresAtMs }) => ({
        fingerprint,
        key_id: keyId,
        made_at: toTimestamp(madeAtMs),
        expires_at: expiresAtMs === null ? null : toTimestamp(expiresAtMs),
      })),
  };
}
