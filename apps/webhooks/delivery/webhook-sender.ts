import {
  request as requestHttp,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { WebhookDelivery } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import { isPublicAddress, lookupPublic } from '../addresses/public-address.ts';
import type { WebhooksConfig } from '../config.ts';
import { signedHeaders } from './sign.ts';
import { messageBody, messageId } from './webhook-body.ts';

const MS_PER_S = 1_000;
/** What an address says beside its status is of no interest, and not waited for. */
const SUCCESS = { from: 200, to: 299 };
/** How many characters of an error text are reported. */
const MAX_ERROR_CHARS = 200;

/** What came of an attempt. */
export interface Attempt {
  ok: boolean;
  /** Null where there was no answer. */
  status: number | null;
  error: string | null;
}

/** Sends one message to one address. Follows no redirect: it would lead past the check of the address. */
@Injectable()
export class WebhookSender {
  readonly #timeoutMs: number;
  readonly #allowPrivate: boolean;

  constructor(@Inject(CONFIG) { webhookTimeoutMs, webhookAllowPrivate }: WebhooksConfig) {
    this.#timeoutMs = webhookTimeoutMs;
    this.#allowPrivate = webhookAllowPrivate;
  }

  /** Never rejects. */
  async send({ url, secret, change }: WebhookDelivery): Promise<Attempt> {
    const body = messageBody(change);
    const message = { id: messageId(change), timestampS: Math.floor(Date.now() / MS_PER_S), body };
    const headers = {
      ...signedHeaders(message, secret),
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Hailgrid-Webhooks',
    };
    try {
      const status = await this.#post(new URL(url), headers, body);
      const ok = status >= SUCCESS.from && status <= SUCCESS.to;
      return { ok, status, error: ok ? null : `answered ${status}` };
    } catch (error) {
      return { ok: false, status: null, error: reasonOf(error) };
    }
  }

  async #post(url: URL, headers: Record<string, string | number>, body: string): Promise<number> {
    this.#refuse(url);
    const options = {
      method: 'POST',
      headers,
      agent: false,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(!this.#allowPrivate && { lookup: lookupPublic }),
    } satisfies RequestOptions;
    return new Promise((resolve, reject) => {
      const answer = (response: IncomingMessage): void => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      };
      const request: ClientRequest =
        url.protocol === 'https:' ? requestHttps(url, options, answer) : requestHttp(url, options, answer);
      request.on('error', reject);
      request.end(body);
    });
  }

  /** What can be told before anything is looked up; a bare address is never looked up. */
  #refuse({ protocol, hostname }: URL): void {
    if (this.#allowPrivate) return;
    if (protocol !== 'https:') throw new Error('only https addresses are called');
    const bare = hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw new Error(`${bare} is not a public address`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'no answer in time';
  const message = error instanceof AggregateError ? String(error.errors[0]) : String(error);
  return message.slice(0, MAX_ERROR_CHARS);
}
