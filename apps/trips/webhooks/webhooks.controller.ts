import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
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
  type WebhookView,
} from '#libs/contracts';
import { CLOCK, ForRole, LOGGER, type Clock, type Logger } from '#libs/service';
import { deleteWebhookRow, insertWebhook, readWebhooks, TripStore, type WebhookRow } from '#libs/store';

/** As long as what the signature is made with; Standard Webhooks ask for 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** An operator says who is told what happens to trips. */
@Controller()
export class WebhooksController {
  readonly #store: TripStore;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  @Post(routerPath(createWebhook))
  @HttpCode(createWebhook.status)
  @ForRole('operator')
  async create(
    @Body({ schema: createWebhook.body }) { url, event_types }: z.output<typeof createWebhook.body>,
  ): Promise<z.output<typeof createWebhook.response>> {
    const webhookId = newId('webhook');
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const row = { webhookId, url, eventTypes: event_types ?? null, createdAtMs: this.#clock.now() };
    if (!(await insertWebhook(this.#store, { ...row, secret }, MAX_WEBHOOKS)))
      throw new HailgridError('too_many_webhooks', `${MAX_WEBHOOKS} webhooks`);
    this.#logger.info({ event: 'webhook_created', webhook_id: webhookId });
    return { ...webhookView({ ...row, suspendedAtMs: null, waiting: 0, deadLetters: 0 }), secret };
  }

  @Get(routerPath(listWebhooks))
  @ForRole('operator')
  async list(): Promise<z.output<typeof listWebhooks.response>> {
    return { data: (await readWebhooks(this.#store.upToDate)).map(webhookView) };
  }

  @Delete(routerPath(deleteWebhook))
  @HttpCode(deleteWebhook.status)
  @ForRole('operator')
  async delete(
    @Param({ schema: deleteWebhook.params }) { webhook_id }: z.output<typeof deleteWebhook.params>,
  ): Promise<WebhookView> {
    const [row] = await readWebhooks(this.#store, webhook_id);
    if (row === undefined) throw new HailgridError('webhook_not_found', `no webhook ${webhook_id}`);
    await deleteWebhookRow(this.#store, webhook_id);
    this.#logger.info({ event: 'webhook_deleted', webhook_id });
    return webhookView(row);
  }
}

function webhookView(row: WebhookRow): WebhookView {
  return {
    webhook_id: row.webhookId,
    url: row.url,
    event_types: row.eventTypes,
    created_at: toTimestamp(row.createdAtMs),
    suspended_at: row.suspendedAtMs === null ? null : toTimestamp(row.suspendedAtMs),
    waiting: row.waiting,
    dead_letters: row.deadLetters,
  };
}
