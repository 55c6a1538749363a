import { z } from 'zod';
import { baseConfig, flag } from '#libs/service';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RETRY_MS = 5_000;
/** With three times the pause each time, up to an hour: some four hours in all. */
const DEFAULT_ATTEMPTS = 10;

export const webhooksConfig = baseConfig.extend({
  /** For an answer of an address, its head at least. */
  webhookTimeoutMs: z.coerce.number().int().min(100).max(60_000).default(DEFAULT_TIMEOUT_MS),
  /** After the first attempt that failed; each pause is three times as long as the one before. */
  webhookRetryMs: z.coerce.number().int().min(100).max(3_600_000).default(DEFAULT_RETRY_MS),
  webhookAttempts: z.coerce.number().int().min(1).max(100).default(DEFAULT_ATTEMPTS),
  /** Lets addresses of one's own network, and plain http, be called. */
  webhookAllowPrivate: flag.default(false),
});
export type WebhooksConfig = z.infer<typeof webhooksConfig>;
