import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { purgeQuotes, TripStore } from '#libs/store';
import { inGoes, Sweep } from '../sweep.ts';

const PURGE_INTERVAL_MS = 60_000;
/** Whoever comes with a quote too late is told so for a day, and then that there is none. */
const QUOTE_MEMORY_MS = 24 * 3_600_000;
const QUOTES_PER_DELETE = 5_000;
/** Of one purge: some 1,600 quotes a second, more than are made. */
const MAX_DELETES_PER_PURGE = 20;

/** Forgets quotes that expired long ago; what became of them is in their trips. */
@Injectable()
export class QuotePurge extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('purging quotes', PURGE_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    await inGoes(MAX_DELETES_PER_PURGE, QUOTES_PER_DELETE, () =>
      purgeQuotes(this.store, this.clock.now() - QUOTE_MEMORY_MS, QUOTES_PER_DELETE),
    );
  }
}
