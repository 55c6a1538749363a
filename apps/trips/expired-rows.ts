import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, LOGGER, type Clock, type Logger } from '#libs/service';
import {
  purgeAttention,
  purgeIdempotencyKeys,
  purgeQuotes,
  purgeShardChanges,
  purgeSuspicions,
  TripStore,
  type Queryable,
} from '#libs/store';
import { inBatches, Sweep } from './sweep.ts';

/** How often expired quotes, idempotency keys and shard changes are deleted. */
const PURGE_INTERVAL_MS = 60_000;
/** How long an expired quote is kept, so that a late request gets `quote_expired` instead of not found. */
const QUOTE_MEMORY_MS = 24 * 3_600_000;
/** How long the ownership changes of a shard are kept. */
const SHARD_CHANGE_MEMORY_MS = 7 * 24 * 3_600_000;
/** How long operators can read what needed attention: a client that was away for a weekend misses nothing. */
const ATTENTION_MEMORY_MS = 7 * 24 * 3_600_000;
/** How long suspicions of drivers are kept for operators to review. */
const SUSPICION_MEMORY_MS = 7 * 24 * 3_600_000;
/** How many rows one statement deletes. */
const ROWS_PER_DELETE = 5_000;
/** How many deletes one purge makes: some 1,600 quotes or keys a second, more than are created. */
const MAX_DELETES_PER_PURGE = 20;

interface Expiry {
  readonly what: string;
  /** How long a row is kept after it has expired. */
  readonly memoryMs: number;
  readonly maxDeletes: number;
  readonly purge: (database: Queryable, expiredByMs: number, limit: number) => Promise<number>;
}

const EXPIRIES: readonly Expiry[] = [
  { what: 'quotes', memoryMs: QUOTE_MEMORY_MS, maxDeletes: MAX_DELETES_PER_PURGE, purge: purgeQuotes },
  { what: 'idempotency keys', memoryMs: 0, maxDeletes: MAX_DELETES_PER_PURGE, purge: purgeIdempotencyKeys },
  { what: 'shard changes', memoryMs: SHARD_CHANGE_MEMORY_MS, maxDeletes: 1, purge: purgeShardChanges },
  {
    what: 'attention entries',
    memoryMs: ATTENTION_MEMORY_MS,
    maxDeletes: MAX_DELETES_PER_PURGE,
    purge: purgeAttention,
  },
  {
    what: 'suspicions',
    memoryMs: SUSPICION_MEMORY_MS,
    maxDeletes: MAX_DELETES_PER_PURGE,
    purge: purgeSuspicions,
  },
];

/** Deletes expired quotes, idempotency keys, shard changes, entries of the attention feed and suspicions. */
@Injectable()
export class ExpiredRowsPurge extends Sweep {
  constructor(
    private readonly store: TripStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    super('purging expired rows', PURGE_INTERVAL_MS, clock, logger);
  }

  /** A table whose rows cannot be deleted does not hold up the others. */
  protected override async sweep(): Promise<void> {
    const failures: unknown[] = [];
    for (const { what, memoryMs, maxDeletes, purge } of EXPIRIES)
      await inBatches(maxDeletes, ROWS_PER_DELETE, () =>
        purge(this.store, this.clock.now() - memoryMs, ROWS_PER_DELETE),
      ).catch((error: unknown) => failures.push(new Error(`${what}: ${String(error)}`, { cause: error })));
    if (failures.length > 0)
      throw new AggregateError(failures, `${failures.length} tables were not purged: ${String(failures[0])}`);
  }
}
