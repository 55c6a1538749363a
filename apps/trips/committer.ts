import { Inject, Injectable } from '@nestjs/common';
import type { Idempotency } from '#libs/contracts';
import { driverOfEvent } from '#libs/trip';
import { LOGGER, type Logger } from '#libs/service';
import {
  TripStore,
  type Actor,
  type SharedTransaction,
  type TripTransaction,
  type WrittenChange,
} from '#libs/store';
import { Announcer } from './announcing/announcer.ts';
import { GroupCommit } from './group-commit.ts';
import { settle } from './settle.ts';

/** Commits changes of trips and then, and only then, tells the world of them. */
@Injectable()
export class Committer {
  readonly #group: GroupCommit;

  constructor(
    private readonly store: TripStore,
    private readonly announcer: Announcer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#group = new GroupCommit({
      transact: (works) => this.store.transactTogether(works),
      onCommitted: (changes) => this.#tell(changes),
    });
  }

  /** In a transaction of its own. */
  async commit<T>(work: (transaction: TripTransaction) => Promise<T>): Promise<T> {
    const { result, changes } = await this.store.transact(work);
    this.#tell(changes);
    return result;
  }

  /**
   * Together with what else arrives meanwhile, and under a key once: the same one gives the same answer again, and by it
   * what has become of a commit whose reply was lost is settled.
   */
  async commitOnce<T>(
    actor: Actor,
    idempotency: Idempotency | undefined,
    work: (transaction: SharedTransaction) => Promise<T>,
  ): Promise<T> {
    const once = (transaction: SharedTransaction): Promise<T> =>
      transaction.once(actor, idempotency, () => work(transaction));
    return (await settle(idempotency, () => this.#group.commit(once))) as T;
  }

  #tell(changes: readonly WrittenChange[]): void {
    for (const change of changes) this.#log(change);
    this.#announce(changes);
  }

  /**
   * It is committed: that it cannot be told of now must not look like a failure to whoever asked. The relay tells it
   * later.
   */
  #announce(changes: readonly WrittenChange[]): void {
    try {
      this.announcer.announce(changes);
    } catch (error) {
      this.logger.error({ event: 'not_announced', changes: changes.length, err: error }, 'left to the relay');
    }
  }

  #log({ event, trip, authority }: WrittenChange): void {
    this.logger.info({
      event: event.type,
      trip_id: trip.tripId,
      seq: trip.seq,
      state: trip.state,
      rider_id: trip.riderId,
      driver_id: driverOfEvent(event) ?? undefined,
      ...authority,
    });
  }
}
