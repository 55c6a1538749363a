import { makeWebhookKeys } from '#libs/webhook-seal';

/** One pair for each run, like the keys of the bus. */
const KEYS = makeWebhookKeys();

/** The setting with an app's half of the key of webhooks; most apps get none. */
export function webhookKeyOf(app: string): Record<string, string> {
  if (app === 'trips') return { HAILGRID_WEBHOOK_SEAL_KEY: JSON.stringify(KEYS.sealKey) };
  if (app === 'webhooks') return { HAILGRID_WEBHOOK_OPEN_KEYS: JSON.stringify(KEYS.openKeys) };
  return {};
}
