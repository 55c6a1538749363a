import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { purgeIdempotencyKeys, TripStore } from '#libs/store';
import { inGoes, Sweep } from '../sweep.ts';

const PURGE_INTERVAL_MS = 60_000;
const KEYS_PER_DELETE = 5_000;
/** Of one purge: some 1,600 keys a second, more than are made. */
const MAX_DELETES_PER_PURGE = 20;

/** Forgets answers whose keys have expired. */
@Injectable()
export class IdempotencyKeyPurge extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('purging idempotency keys', PURGE_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    await inGoes(MAX_DELETES_PER_PURGE, KEYS_PER_DELETE, () =>
      purgeIdempotencyKeys(this.store, this.clock.now(), KEYS_PER_DELETE),
    );
  }
}
