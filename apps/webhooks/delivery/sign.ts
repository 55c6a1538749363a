import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';

/** What a webhook is sent. */
export interface WebhookMessage {
  /** The same in each attempt. */
  id: string;
  /** Of this attempt. */
  timestampS: number;
  body: string;
}

/** The headers of Standard Webhooks: id and time of the attempt, and the HMAC of both with the body. */
export function signedHeaders(
  { id, timestampS, body }: WebhookMessage,
  secret: string,
): Record<string, string> {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': `v1,${signature}`,
  };
}
