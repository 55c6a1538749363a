import type {
  DeadLetter,
  TripEventMessage,
  TripId,
  WebhookDeliveryState,
  WebhookId,
  WebhookView,
} from '#libs/contracts';
import type { TestWorld } from '../../dev/test-world/index.ts';
import { tokenFor } from '../phones/tokens.ts';

export interface RotatedSecret {
  webhook_id: WebhookId;
  fingerprint: string;
  secret: string | null;
}

/** An operator who manages webhooks. */
export class WebhookOperator {
  readonly #world: TestWorld;
  readonly #token: string;

  private constructor(world: TestWorld, token: string) {
    this.#world = world;
    this.#token = token;
  }

  static async of(world: TestWorld): Promise<WebhookOperator> {
    return new WebhookOperator(world, await tokenFor(world.service('dev-issuer-1').url, 'operator'));
  }

  async create(
    url: string,
    eventTypes?: TripEventMessage['type'][],
  ): Promise<WebhookView & { secret: string; delivery: WebhookDeliveryState }> {
    const body = { url, ...(eventTypes !== undefined && { event_types: eventTypes }) };
    return (await this.call('POST', '/v1/webhooks', body)) as WebhookView & {
      secret: string;
      delivery: WebhookDeliveryState;
    };
  }

  /** A creation under an idempotency key: a repeated one has no secret. */
  async createUnder(key: string, url: string): Promise<WebhookView & { secret: string | null }> {
    return (await this.call('POST', '/v1/webhooks', { url }, key)) as WebhookView & { secret: string | null };
  }

  async rotate(
    webhookId: WebhookId,
    body: { keep_old_s?: number } = {},
    key?: string,
  ): Promise<RotatedSecret> {
    return (await this.call('POST', `/v1/webhooks/${webhookId}/secret`, body, key)) as RotatedSecret;
  }

  async list(): Promise<WebhookView[]> {
    return ((await this.call('GET', '/v1/webhooks')) as { data: WebhookView[] }).data;
  }

  /** The state of delivery. */
  async delivery(): Promise<WebhookDeliveryState> {
    return ((await this.call('GET', '/v1/webhooks')) as { delivery: WebhookDeliveryState }).delivery;
  }

  async delete(webhookId: WebhookId): Promise<void> {
    await this.call('DELETE', `/v1/webhooks/${webhookId}`);
  }

  async deadLetters(
    webhookId: WebhookId,
    query = '',
  ): Promise<{ data: DeadLetter[]; next_cursor: TripId | null }> {
    const page = await this.call('GET', `/v1/webhooks/${webhookId}/dead-letters${query}`);
    return page as { data: DeadLetter[]; next_cursor: TripId | null };
  }

  async replay(webhookId: WebhookId, tripId?: TripId): Promise<number> {
    const body = tripId === undefined ? {} : { trip_id: tripId };
    return ((await this.call('POST', `/v1/webhooks/${webhookId}/replay`, body)) as { replayed: number })
      .replayed;
  }

  async call(method: string, path: string, body?: unknown, key?: string): Promise<unknown> {
    const response = await fetch(this.#world.service('trips-1').url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
