import { z } from 'zod';
import { baseConfig, secret } from '#libs/service';
import { openKeysSetting } from '#libs/webhook-seal';
import { webhookTargetConfig } from '#libs/webhooks';

/** How long an endpoint may take to answer by default. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** Default pause after the first failed attempt. */
const DEFAULT_RETRY_MS = 5_000;
/**
 * How many attempts are made by default before a delivery becomes a dead letter. With pauses that triple up to an
 * hour: about four hours in all.
 */
const DEFAULT_ATTEMPTS = 10;

export const webhooksConfig = baseConfig.extend({
  ...webhookTargetConfig,
  webhookOpenKeys: secret(
    openKeysSetting.describe(
      'private keys, a JSON Web Key Set, that open the secrets of webhooks (npm run webhook:key); for this service only',
    ),
  ),
  webhookTimeoutMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(DEFAULT_TIMEOUT_MS)
    .describe('how long an endpoint may take to answer with a status'),
  webhookRetryMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(DEFAULT_RETRY_MS)
    .describe('pause after the first failed attempt; each further pause is three times as long'),
  webhookAttempts: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(DEFAULT_ATTEMPTS)
    .describe('attempts before a delivery becomes a dead letter'),
});
export type WebhooksConfig = z.infer<typeof webhooksConfig>;
