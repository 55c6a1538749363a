import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import { numberAttention, readAttentionHead, TripStore } from '#libs/store';
import { Sweep } from '../sweep.ts';
import { AttentionStream } from './attention-stream.ts';

/** How late an entry gets its number and reaches the sockets: the time between two sweeps. */
const NUMBER_INTERVAL_MS = 250;
/** How many entries one sweep numbers; the next sweep takes the rest. */
const MAX_NUMBERED_PER_SWEEP = 1_000;

/**
 * Numbers the entries of the attention feed once they are committed, and tells the sockets of this process how far it goes.
 * A number given within the causing transaction would follow the order of inserts, not that of commits: a reader
 * could see a number and miss a lower one that commits later.
 */
@Injectable()
export class NumberAttention extends Sweep {
  constructor(
    private readonly store: TripStore,
    private readonly stream: AttentionStream,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('numbering the attention feed', NUMBER_INTERVAL_MS, clock, logger);
  }

  protected override async sweep(): Promise<void> {
    const head = await readAttentionHead(this.store);
    if (head.hasUnnumbered)
      await this.store.transact((transaction) => numberAttention(transaction, MAX_NUMBERED_PER_SWEEP));
    const { newest } = head.hasUnnumbered ? await readAttentionHead(this.store) : head;
    this.stream.reaches(newest);
  }
}
