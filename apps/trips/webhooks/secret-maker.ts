import { Inject, Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { HailgridError, type WebhookId } from '#libs/contracts';
import { CONFIG } from '#libs/service';
import type { SealedSecret } from '#libs/store';
import { sealSecret, type SealKey } from '#libs/webhook-seal';
import type { TripsConfig } from '../config.ts';

/** How long the secret of a webhook is: as long as the signature; Standard Webhooks require 24 to 64 bytes. */
const SECRET_BYTES = 32;
/** How many hexadecimal digits tell the secrets of a webhook apart. */
const FINGERPRINT_CHARS = 16;

/** Makes secrets of webhooks, and seals them with the key that only `webhooks` can open. */
@Injectable()
export class SecretMaker {
  readonly #sealKey: SealKey | undefined;

  constructor(@Inject(CONFIG) { webhookSealKey }: TripsConfig) {
    this.#sealKey = webhookSealKey;
  }

  get hasKey(): boolean {
    return this.#sealKey !== undefined;
  }

  /** A new secret: in clear for the answer, sealed for the database. Throws `no_seal_key` without a key. */
  async make(webhookId: WebhookId): Promise<SealedSecret & { secret: string }> {
    const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return { secret, ...(await this.seal(webhookId, secret)) };
  }

  async seal(webhookId: WebhookId, secret: string): Promise<SealedSecret> {
    if (this.#sealKey === undefined)
      throw new HailgridError('no_seal_key', 'set HAILGRID_WEBHOOK_SEAL_KEY (npm run webhook:key)');
    return {
      sealed: await sealSecret(this.#sealKey, webhookId, secret),
      keyId: this.#sealKey.kid,
      fingerprint: createHash('sha256').update(secret).digest('hex').slice(0, FINGERPRINT_CHARS),
    };
  }
}
