import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HailgridError } from '#libs/contracts';
import { BatchConflict, CommandBatch } from './command-batch.ts';
import { CommandTransaction } from './command-transaction.ts';
import {
  GroupCommit,
  MAX_COMMANDS_PER_TRANSACTION,
  MAX_COMMANDS_WAITING,
  MAX_SHARED_TRANSACTIONS,
  type BatchMember,
  type CommandWork,
} from './group-commit.ts';

type Outcome =
  { outcome: 'done'; result: string } | { outcome: 'refused'; reason: unknown } | { outcome: 'conflict' };
type Decide = (name: string, together: readonly string[]) => Outcome;

/** Runs transactions that end when the test ends them; commands are identified by name. */
class PlayedStore {
  readonly transactions: string[][] = [];
  readonly #names = new Map<CommandWork<unknown>, string>();
  readonly #outcomes = new Map<string, Outcome>();
  readonly #decide: Decide;
  #held: (() => void)[] = [];
  readonly group: GroupCommit;

  constructor(decide: Decide = (name) => ({ outcome: 'done', result: name })) {
    this.#decide = decide;
    this.group = new GroupCommit({
      transact: (commands) => this.#transact(commands),
      onCommitted: () => {},
    });
  }

  commit(name: string): Promise<string> {
    const work = () => this.#end(name);
    this.#names.set(work, name);
    return this.group.commit(work);
  }

  /** Ends all running transactions, and those that start within a turn or two of that. */
  async end(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 3; idleTurns += 1) {
      await turn();
      if (this.#held.length > 0) idleTurns = 0;
      for (const end of this.#held.splice(0)) end();
    }
  }

  async #transact(commands: readonly BatchMember[]): Promise<void> {
    const names = commands.map(({ work }) => this.#names.get(work) ?? '');
    this.transactions.push(names);
    await new Promise<void>((resolve) => this.#held.push(resolve));
    for (const name of names) this.#outcomes.set(name, this.#decide(name, names));
    const batch = new CommandBatch({ rows: () => Promise.resolve([]) }, commands.length);
    const moment = { nowMs: 0, outboxDueAtMs: 0 };
    for (const [member, command] of commands.entries())
      await command.run(new CommandTransaction(batch, member, moment));
  }

  async #end(name: string): Promise<string> {
    const outcome = this.#outcomes.get(name);
    if (outcome?.outcome === 'done') return outcome.result;
    throw outcome?.outcome === 'refused' ? outcome.reason : new BatchConflict('another command has the row');
  }
}

test('the first command starts at once; commands that arrive meanwhile share the next transaction', async () => {
  const store = new PlayedStore();
  const answers = [store.commit('first')];
  await turn();
  answers.push(...['a', 'b', 'c'].map((name) => store.commit(name)));
  await store.end();
  expect(store.transactions).toEqual([['first'], ['a', 'b', 'c']]);
  expect(await Promise.all(answers)).toEqual(['first', 'a', 'b', 'c']);
});

test('a slow transaction does not hold up the next, up to a bound of slow ones', async () => {
  const store = new PlayedStore();
  const answers: Promise<unknown>[] = [];
  for (let slow = 1; slow <= MAX_SHARED_TRANSACTIONS; slow += 1) {
    answers.push(store.commit(`slow ${slow}`));
    await expect.poll(() => store.transactions.length).toBe(slow);
  }
  answers.push(store.commit('a'), store.commit('b'));
  await store.end();
  expect(store.transactions.slice(MAX_SHARED_TRANSACTIONS)).toEqual([['a', 'b']]);
  await Promise.all(answers);
});

test('a transaction takes a bounded number of commands', async () => {
  const store = new PlayedStore();
  const names = Array.from({ length: MAX_COMMANDS_PER_TRANSACTION + 1 }, (_, number) => String(number));
  const answers = Promise.all(names.map((name) => store.commit(name)));
  await store.end();
  expect(store.transactions.map((transaction) => transaction.length)).toEqual([
    MAX_COMMANDS_PER_TRANSACTION,
    1,
  ]);
  expect(await answers).toEqual(names);
});

test('a refusal reaches only the command that was refused', async () => {
  const reason = new HailgridError('quote_used', 'used');
  const store = new PlayedStore((name) =>
    name === 'b' ? { outcome: 'refused', reason } : { outcome: 'done', result: name },
  );
  const answers = Promise.allSettled(['a', 'b', 'c'].map((name) => store.commit(name)));
  await store.end();
  expect(await answers).toEqual([
    { status: 'fulfilled', value: 'a' },
    { status: 'rejected', reason },
    { status: 'fulfilled', value: 'c' },
  ]);
});

test('if one command fails the transaction, the others are committed without it', async () => {
  const store = new PlayedStore((name) => {
    if (name === 'c') throw new Error('a bug');
    return { outcome: 'done', result: name };
  });
  const answers = Promise.allSettled(['a', 'b', 'c'].map((name) => store.commit(name)));
  await store.end();
  expect(store.transactions).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});

test('if the database is unavailable, no command is retried', async () => {
  const store = new PlayedStore(() => {
    throw new HailgridError('unavailable', 'no primary');
  });
  const answers = Promise.allSettled(['a', 'b'].map((name) => store.commit(name)));
  await store.end();
  expect(store.transactions).toEqual([['a', 'b']]);
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a command that conflicts is in the next transaction, before later commands', async () => {
  const store = new PlayedStore((name, together) =>
    name === 'b' && together.includes('a') ? { outcome: 'conflict' } : { outcome: 'done', result: name },
  );
  const answers = ['a', 'b'].map((name) => store.commit(name));
  await turn();
  answers.push(store.commit('c'), store.commit('d'));
  await store.end();
  await Promise.all(answers);
  expect(store.transactions.flat().filter((name) => name === 'b')).toHaveLength(2);
  expect(store.transactions.at(-1)?.[0]).toBe('b');
});

test('commands that conflict with each other are committed one by one', async () => {
  const store = new PlayedStore((name, together) =>
    together.length > 1 ? { outcome: 'conflict' } : { outcome: 'done', result: name },
  );
  const answers = Promise.all(['a', 'b'].map((name) => store.commit(name)));
  await store.end();
  expect(await answers).toEqual(['a', 'b']);
  expect(store.transactions).toEqual([['a', 'b'], ['a'], ['b']]);
});

test('past the bound a command is refused at once', async () => {
  const store = new PlayedStore();
  const answers = Array.from({ length: MAX_COMMANDS_WAITING }, (_, number) => store.commit(String(number)));
  await expect(store.commit('one too many')).rejects.toMatchObject({ code: 'unavailable' });
  await store.end();
  await Promise.all(answers);
});
