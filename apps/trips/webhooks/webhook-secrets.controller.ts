import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import {
  HailgridError,
  MAX_WEBHOOK_SECRETS,
  rotateWebhookSecret,
  routerPath,
  toTimestamp,
} from '#libs/contracts';
import { AskerOf, ForRole, LOGGER, readIdempotencyKey, type Asker, type Logger } from '#libs/service';
import { expireWebhookSecrets, insertWebhookSecret } from '#libs/store';
import { OperatorAudit } from '../operations/operator-audit.ts';
import { SecretMaker } from './secret-maker.ts';

/** The answer stored under an idempotency key: without the secret. */
const storedRotation = rotateWebhookSecret.response.omit({ secret: true });

const MS_PER_S = 1_000;

/** Operators replace the secret of a webhook. */
@Controller()
export class WebhookSecretsController {
  constructor(
    private readonly audit: OperatorAudit,
    private readonly secrets: SecretMaker,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(routerPath(rotateWebhookSecret))
  @HttpCode(rotateWebhookSecret.status)
  @ForRole('operator')
  async rotate(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: rotateWebhookSecret.params })
    { webhook_id }: z.output<typeof rotateWebhookSecret.params>,
    @Body({ schema: rotateWebhookSecret.body }) { keep_old_s }: z.output<typeof rotateWebhookSecret.body>,
  ): Promise<z.output<typeof rotateWebhookSecret.response>> {
    const idempotency = readIdempotencyKey(key, { rotate_webhook_secret: webhook_id, keep_old_s });
    const target = { webhook_id };
    const asked = { asker, act: 'rotate_webhook_secret', target, idempotency, output: storedRotation };
    const { secret, ...sealed } = await this.secrets.make(webhook_id);
    const result = await this.audit.act(asked, async (transaction) => {
      const { nowMs } = transaction;
      const left = await expireWebhookSecrets(transaction, webhook_id, nowMs + keep_old_s * MS_PER_S, nowMs);
      if (left === undefined) throw new HailgridError('webhook_not_found', `no webhook ${webhook_id}`);
      if (left >= MAX_WEBHOOK_SECRETS)
        throw new HailgridError('too_many_webhook_secrets', `${webhook_id} has ${left} secrets`);
      await insertWebhookSecret(transaction, webhook_id, sealed, nowMs);
      const made = { webhook_id, fingerprint: sealed.fingerprint, made_at: toTimestamp(nowMs) };
      return { result: made, after: { fingerprint: made.fingerprint, keep_old_s } };
    });
    this.logger.info({ event: 'webhook_secret_rotated', webhook_id, keep_old_s });
    // Another one: the answer of an earlier request, whose secret was shown then and is not known any more.
    return { ...result, secret: result.fingerprint === sealed.fingerprint ? secret : null };
  }
}
