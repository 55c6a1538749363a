import type { Queryable } from '../postgres/database.ts';
import { placeOf, type Step, type StepTaker } from './step.ts';

/** Another command of the same transaction has what this one wants: its turn is in the next one. Nothing of it is done. */
export class PutOff extends Error {
  override readonly name = 'PutOff';
}

type AnyStep = Step<unknown, unknown>;

/** What one command has asked for. */
interface Ask {
  readonly member: number;
  readonly items: readonly unknown[];
  readonly resolve: (found: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Commands that share a transaction, each as if it were alone. When all that still go on wait for a step, the earliest
 * one that somebody waits for is taken for everybody who does, by one statement: so the order of the steps is kept, and
 * with it that of the locks.
 */
export class Gathering {
  readonly #transaction: Queryable;
  readonly #asks = new Map<AnyStep, Ask[]>();
  readonly #owners = new Map<string, number>();
  #going: number;
  /** How many steps each command that waits waits for. */
  readonly #waiting = new Map<number, number>();
  #isTaking = false;
  #failure: { error: unknown } | undefined;

  constructor(transaction: Queryable, members: number) {
    this.#transaction = transaction;
    this.#going = members;
  }

  /** Why the transaction cannot be committed, if a statement has failed. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** Where the command of this number asks; of two that want the same thing at a time the lower number has it. */
  takerOf(member: number): StepTaker {
    return {
      take: <Item, Found>(step: Step<Item, Found>, items: readonly Item[]) =>
        this.#ask(member, step as unknown as AnyStep, items) as Promise<Found>,
    };
  }

  /** One of the commands waits for nothing any more. */
  leave(): void {
    this.#going -= 1;
    this.#takeNext();
  }

  #ask(member: number, step: AnyStep, items: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const asks = this.#asks.get(step);
      const ask = { member, items, resolve, reject };
      if (asks === undefined) this.#asks.set(step, [ask]);
      else asks.push(ask);
      this.#waiting.set(member, (this.#waiting.get(member) ?? 0) + 1);
      this.#takeNext();
    });
  }

  #takeNext(): void {
    if (this.#isTaking || this.#waiting.size < this.#going) return;
    const [step] = [...this.#asks.keys()].toSorted((a, b) => placeOf(a.name) - placeOf(b.name));
    const asks = step && this.#asks.get(step);
    if (step === undefined || asks === undefined) return;
    this.#asks.delete(step);
    this.#isTaking = true;
    void this.#take(
      step,
      asks.toSorted((a, b) => a.member - b.member),
    );
  }

  async #take(step: AnyStep, asks: readonly Ask[]): Promise<void> {
    const own = asks.filter((ask) => this.#owns(step, ask));
    const result = await this.#run(step, own);
    this.#isTaking = false;
    for (const ask of asks) {
      this.#answered(ask);
      if (!own.includes(ask)) ask.reject(new PutOff(`${step.name}: another command has it`));
      else if ('error' in result) ask.reject(result.error);
      else ask.resolve(result.found);
    }
  }

  async #run(step: AnyStep, asks: readonly Ask[]): Promise<{ found: unknown } | { error: unknown }> {
    if (this.#failure !== undefined) return this.#failure;
    if (asks.length === 0) return { found: undefined };
    try {
      return {
        found: await step.run(
          this.#transaction,
          asks.flatMap(({ items }) => items),
        ),
      };
    } catch (error) {
      this.#failure = { error };
      return this.#failure;
    }
  }

  #answered({ member }: Ask): void {
    const left = (this.#waiting.get(member) ?? 0) - 1;
    if (left > 0) this.#waiting.set(member, left);
    else this.#waiting.delete(member);
  }

  /** Whether all that is asked for is nobody else's; from now on it is the asker's. */
  #owns({ owns }: AnyStep, { member, items }: Ask): boolean {
    if (owns === undefined) return true;
    const names = items.map(owns);
    if (names.some((name) => (this.#owners.get(name) ?? member) !== member)) return false;
    for (const name of names) this.#owners.set(name, member);
    return true;
  }
}
