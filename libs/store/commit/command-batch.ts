import type { Queryable } from '../postgres/database.ts';
import { assignClaims, holdClaims, promoteClaims, readClaims, releaseClaims } from '../statements/claims.ts';
import { bumpDrivers, lockDrivers } from '../statements/drivers.ts';
import {
  keyName,
  readIdempotencyKeys,
  reserveIdempotencyKeys,
  storeIdempotentResponses,
} from '../statements/idempotency-keys.ts';
import { findOffers } from '../statements/offers.ts';
import { readQuotes } from '../statements/quotes.ts';
import { lockTrips } from '../statements/trips.ts';
import { insertTrips, writeChanges } from '../statements/write-trips.ts';

/** Thrown when two commands of one batch need the same row. The loser has written nothing and moves to the next batch. */
export class BatchConflict extends Error {
  override readonly name = 'BatchConflict';
}

/** The command that owns a row until the batch ends, by the row's name. */
type Owners = Map<string, number>;

type Failure = { readonly error: unknown };

/** How a step ended. */
interface StepEnd {
  /** The commands it ran for; a command that asked twice is in it twice. */
  readonly members: readonly number[];
  readonly failure: Failure | undefined;
  /** Settles the promises of the commands. */
  readonly answer: () => void;
}

interface Ask<Item, Found> {
  readonly member: number;
  readonly items: readonly Item[];
  readonly resolve: (found: Found) => void;
  readonly reject: (reason: unknown) => void;
}

/** One step of a transaction: the commands that wait for it, and the statement that answers all of them at once. */
export class StepQueue<Item, Found> {
  readonly #statement: (transaction: Queryable, items: readonly Item[]) => Promise<Found>;
  readonly #ownedRow: ((item: Item) => string) | undefined;
  #asks: Ask<Item, Found>[] = [];

  /** @param ownedRow names the row that only one command of the batch may use */
  constructor(
    statement: (transaction: Queryable, items: readonly Item[]) => Promise<Found>,
    ownedRow?: (item: Item) => string,
  ) {
    this.#statement = statement;
    this.#ownedRow = ownedRow;
  }

  get isEmpty(): boolean {
    return this.#asks.length === 0;
  }

  add(ask: Ask<Item, Found>): void {
    this.#asks.push(ask);
  }

  /** Runs the statement for all commands that wait. If two need the same row, the one with the lower number gets it. */
  async run(transaction: Queryable, owners: Owners, earlierFailure: Failure | undefined): Promise<StepEnd> {
    const asks = this.#asks.toSorted((a, b) => a.member - b.member);
    this.#asks = [];
    const admitted = asks.filter((ask) => this.#claimRows(ask, owners));
    const rejectConflicting = (): void => {
      const conflict = new BatchConflict('another command of the batch has the row');
      for (const ask of asks) if (!admitted.includes(ask)) ask.reject(conflict);
    };
    const members = asks.map(({ member }) => member);
    try {
      if (earlierFailure !== undefined) throw earlierFailure.error;
      const resolveAdmitted = await this.#findFor(admitted, transaction);
      return { members, failure: undefined, answer: () => (resolveAdmitted(), rejectConflicting()) };
    } catch (error) {
      const rejectAdmitted = (): void => admitted.forEach((ask) => ask.reject(error));
      return { members, failure: { error }, answer: () => (rejectAdmitted(), rejectConflicting()) };
    }
  }

  async #findFor(asks: readonly Ask<Item, Found>[], transaction: Queryable): Promise<() => void> {
    if (asks.length === 0) return () => undefined;
    const found = await this.#statement(
      transaction,
      asks.flatMap(({ items }) => items),
    );
    return () => asks.forEach((ask) => ask.resolve(found));
  }

  #claimRows({ member, items }: Ask<Item, Found>, owners: Owners): boolean {
    if (this.#ownedRow === undefined) return true;
    const rows = items.map(this.#ownedRow);
    if (rows.some((row) => (owners.get(row) ?? member) !== member)) return false;
    for (const row of rows) owners.set(row, member);
    return true;
  }
}

type RunnableStep = Pick<StepQueue<never, unknown>, 'run'>;

/**
 * The steps of a command. Their order is that of the locks (keys, trips, drivers, claims, slots; libs/store/README.md), so two
 * transactions cannot deadlock.
 */
function openSteps() {
  return {
    reserveKeys: new StepQueue(reserveIdempotencyKeys, keyName),
    readKeys: new StepQueue(readIdempotencyKeys),
    readQuotes: new StepQueue(readQuotes, ({ quoteId }) => quoteId),
    findOffers: new StepQueue(findOffers),
    lockTrips: new StepQueue(lockTrips, (tripId) => tripId),
    readClaims: new StepQueue(readClaims, (driverId) => driverId),
    lockDrivers: new StepQueue(lockDrivers, (driverId) => driverId),
    releaseClaims: new StepQueue(releaseClaims),
    promoteClaims: new StepQueue(promoteClaims),
    holdClaims: new StepQueue(holdClaims),
    assignClaims: new StepQueue(assignClaims),
    bumpDrivers: new StepQueue(bumpDrivers),
    insertTrips: new StepQueue(insertTrips),
    writeChanges: new StepQueue(writeChanges),
    storeResponses: new StepQueue(storeIdempotentResponses),
  };
}

/**
 * Runs a batch of commands in one transaction. A command is written as if it ran alone; each `await` is a step. Once every
 * command waits for a step or has ended, the earliest step that any waits for runs for all that wait for it.
 */
export class CommandBatch {
  readonly steps = openSteps();
  readonly #inOrder = Object.values(this.steps);
  readonly #transaction: Queryable;
  readonly #owners: Owners = new Map();
  /** How many steps each waiting command waits for. */
  readonly #waiting = new Map<number, number>();
  #running: number;
  #isStepRunning = false;
  #failure: Failure | undefined;

  constructor(transaction: Queryable, size: number) {
    this.#transaction = transaction;
    this.#running = size;
  }

  /** The error of a failed statement, after which the transaction cannot be committed. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** Waits for a step. Rejects with {@link BatchConflict} if another command owns one of the rows. */
  ask<Item, Found>(member: number, step: StepQueue<Item, Found>, items: readonly Item[]): Promise<Found> {
    return new Promise((resolve, reject) => {
      step.add({ member, items, resolve, reject });
      this.#waiting.set(member, (this.#waiting.get(member) ?? 0) + 1);
      this.#runNextStep();
    });
  }

  /** Reports that a command has ended. */
  leave(): void {
    this.#running -= 1;
    this.#runNextStep();
  }

  #runNextStep(): void {
    if (this.#isStepRunning || this.#waiting.size < this.#running) return;
    const step = this.#inOrder.find(({ isEmpty }) => !isEmpty);
    if (step === undefined) return;
    void this.#run(step);
  }

  async #run(step: RunnableStep): Promise<void> {
    this.#isStepRunning = true;
    const { members, failure, answer } = await step.run(this.#transaction, this.#owners, this.#failure);
    this.#isStepRunning = false;
    this.#failure = failure;
    for (const member of members) this.#answered(member);
    answer();
    // A command that asked for two steps at once still waits for the other one.
    this.#runNextStep();
  }

  #answered(member: number): void {
    const left = (this.#waiting.get(member) ?? 0) - 1;
    if (left > 0) this.#waiting.set(member, left);
    else this.#waiting.delete(member);
  }
}
