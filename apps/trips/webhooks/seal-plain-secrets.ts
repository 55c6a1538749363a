import { Inject, Injectable } from '@nestjs/common';
import { MAX_WEBHOOKS } from '#libs/contracts';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { forgetPlainSecrets, insertWebhookSecret, lockPlainSecrets, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';
import { SecretMaker } from './secret-maker.ts';

/** How often secrets in clear are looked for: a process of an older version may still make some during an upgrade. */
const SEAL_INTERVAL_MS = 10_000;

/** Seals the secrets that versions before ADR 0025 stored in clear. A webhook gets no messages until its secret is sealed. */
@Injectable()
export class SealPlainSecrets extends Sweep {
  #hasComplained = false;

  constructor(
    private readonly store: TripStore,
    private readonly secrets: SecretMaker,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super('sealing secrets of webhooks', SEAL_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    const sealed = await this.store.transact(async (transaction) => {
      const plain = await lockPlainSecrets(transaction, MAX_WEBHOOKS);
      if (plain.length === 0 || !this.secrets.hasKey) return plain.length;
      for (const { webhookId, secret } of plain)
        await insertWebhookSecret(
          transaction,
          webhookId,
          await this.secrets.seal(webhookId, secret),
          transaction.nowMs,
        );
      await forgetPlainSecrets(
        transaction,
        plain.map(({ webhookId }) => webhookId),
      );
      return plain.length;
    });
    if (sealed === 0) return;
    if (this.secrets.hasKey)
      this.logger.info({ event: 'webhook_secrets_sealed', webhooks: sealed }, 'they were in clear');
    else this.#complain(sealed);
  }

  #complain(webhooks: number): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.logger.error(
      { event: 'webhook_secrets_in_clear', webhooks },
      'secrets of webhooks are in clear and their events wait: set HAILGRID_WEBHOOK_SEAL_KEY',
    );
  }
}
