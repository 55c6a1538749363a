import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { WebhookDelivery, WebhookEvent } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import { openSecret, SealError, type OpenKeys } from '#libs/webhook-seal';
import { lookupPublic, refuseTarget } from '#libs/webhooks';
import type { WebhooksConfig } from '../config.ts';
import { meaningOf, retryAfterMs, type Meaning } from './read-answer.ts';

const MS_PER_S = 1_000;
/** How many characters of an error text are reported. */
const MAX_ERROR_CHARS = 200;

/** The outcome of an attempt. */
export interface Attempt {
  meaning: Meaning;
  /** How long the endpoint asked not to be called; undefined: it did not. */
  retryAfterMs?: number;
  /** Null if there was no answer. */
  status: number | null;
  error: string | null;
}

/** Sends one message to one URL. Follows no redirect, which would bypass the address check. */
@Injectable()
export class WebhookSender {
  readonly #timeoutMs: number;
  readonly #allowPrivate: boolean;
  readonly #openKeys: OpenKeys;

  constructor(@Inject(CONFIG) { webhookTimeoutMs, webhookAllowPrivate, webhookOpenKeys }: WebhooksConfig) {
    this.#timeoutMs = webhookTimeoutMs;
    this.#allowPrivate = webhookAllowPrivate;
    this.#openKeys = webhookOpenKeys;
  }

  /** Never rejects. */
  async send({ webhook_id, url, secrets: sealed, message: event }: WebhookDelivery): Promise<Attempt> {
    const body = JSON.stringify(event);
    const message = { id: messageId(event), timestampS: Math.floor(Date.now() / MS_PER_S), body };
    try {
      const secrets = await Promise.all(sealed.map((one) => openSecret(this.#openKeys, webhook_id, one)));
      const headers = {
        ...signedHeaders(message, secrets),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Hailgrid-Webhooks',
      };
      return attemptOf(await this.#post(new URL(url), headers, body));
    } catch (error) {
      return { meaning: 'later', status: null, error: reasonOf(error) };
    }
  }

  /** Reads the status and header of the answer, and not its body. */
  async #post(url: URL, headers: Record<string, string | number>, body: string): Promise<Answer> {
    // The checks that need no lookup: a literal IP address is never looked up.
    const refusal = this.#allowPrivate ? undefined : refuseTarget(url);
    if (refusal !== undefined) throw new Error(refusal);
    const options = {
      method: 'POST',
      headers,
      agent: false,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(!this.#allowPrivate && { lookup: lookupPublic }),
    } satisfies RequestOptions;
    return new Promise((resolve, reject) => {
      const answer = (response: IncomingMessage): void => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        response.destroy();
      };
      const request: ClientRequest =
        url.protocol === 'https:' ? requestHttps(url, options, answer) : requestHttp(url, options, answer);
      request.on('error', reject);
      request.end(body);
    });
  }
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
}

function attemptOf({ status, retryAfter }: Answer): Attempt {
  const waitMs = retryAfterMs(retryAfter, Date.now());
  const meaning = meaningOf(status, waitMs !== undefined);
  if (meaning === 'delivered') return { meaning, status, error: null };
  const attempt = { meaning, status, error: `answered ${status}` };
  return meaning === 'later' && waitMs !== undefined ? { ...attempt, retryAfterMs: waitMs } : attempt;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'no answer in time';
  if (error instanceof SealError) return error.message;
  const message = error instanceof AggregateError ? String(error.errors[0]) : String(error);
  return message.slice(0, MAX_ERROR_CHARS);
}

const SECRET_PREFIX = 'whsec_';

/** A message to a webhook. */
export interface WebhookMessage {
  /** The same in each attempt. */
  id: string;
  /** Time of this attempt. */
  timestampS: number;
  body: string;
}

/** The headers of Standard Webhooks: message id, time of the attempt, and by each secret the HMAC over both and the body. */
export function signedHeaders(
  { id, timestampS, body }: WebhookMessage,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}

/** The id of an event's message: the same for all webhooks and attempts. */
export function messageId({ data: { event } }: WebhookEvent): string {
  return `${event.trip_id}_${event.seq}`;
}
