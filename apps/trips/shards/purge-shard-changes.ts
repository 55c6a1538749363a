import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { purgeShardChanges, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';

const PURGE_INTERVAL_MS = 60_000;
/** How long it is known who owned a shard when. */
const HISTORY_MS = 7 * 24 * 3_600_000;
const CHANGES_PER_PURGE = 5_000;

/** Forgets changes of ownership that are long past. */
@Injectable()
export class ShardChangePurge extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('purging changes of ownership', PURGE_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    await purgeShardChanges(this.store, this.clock.now() - HISTORY_MS, CHANGES_PER_PURGE);
  }
}
