import type { DriverStanding } from '#libs/contracts';
import type { Queryable, Statement } from './postgres/database.ts';
import { SharedTransaction, type Moment } from './shared-transaction.ts';
import { bumpDrivers } from './statements/drivers.ts';
import { takeClaims, type OfferClaim } from './statements/claims.ts';

/**
 * A transaction that one piece of work has to itself: beside the steps it may run any statement. Locks are taken in one
 * order everywhere (keys, shards, trips, drivers, claims; within a kind by id), so that no two transactions wait for each
 * other in a ring.
 */
export class TripTransaction extends SharedTransaction implements Queryable {
  readonly #transaction: Queryable;

  constructor(transaction: Queryable, moment: Moment) {
    super({ take: (step, items) => step.run(transaction, items) }, moment);
    this.#transaction = transaction;
  }

  rows<R extends Record<string, unknown>>(statement: Statement): Promise<R[]> {
    return this.#transaction.rows<R>(statement);
  }

  /** Claims (locked) drivers for offers and counts the change; those that were to be had are in the result. */
  async takeClaims(claims: readonly OfferClaim[]): Promise<Map<string, DriverStanding>> {
    const taken = await takeClaims(this, claims);
    return bumpDrivers(this, [...taken]);
  }
}
