import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HailgridError } from '#libs/contracts';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { Database, TripStore } from '../index.ts';
import { BatchedCommand, runBatch, type CommandOutcome, type CommandWork } from './group-commit.ts';
import { PLAYED_AT_MS, PlayedTrips, type PlayedCommand } from '../../../dev/fixtures/played-trips.ts';

const SIZE = { trips: 3, drivers: 2 };

let testBase: TestDatabase;
let database: Database;
let store: TripStore;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'shared-test' });
  store = new TripStore(database, { now: () => PLAYED_AT_MS, outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await store?.close();
  await testBase?.drop();
});

const number = { trip: fc.nat(SIZE.trips - 1), driver: fc.nat(SIZE.drivers - 1) };
const command: fc.Arbitrary<PlayedCommand> = fc.record({
  // Commands that continue a trip are more frequent than those that end it.
  type: fc.constantFrom(
    ...(['create', 'accept', 'accept', 'accept', 'arrive', 'arrive', 'start', 'start'] as const),
    ...(['complete', 'decline', 'give_back', 'cancel'] as const),
  ),
  ...number,
  key: fc.option(fc.nat(2), { nil: undefined }),
});
/** Commands that arrive together, and the offers made before them. */
const arrivals = fc.record({
  offers: fc.array(fc.record(number), { maxLength: 3 }),
  together: fc.array(command, { minLength: 1, maxLength: 8 }),
});
/** Requests all trips. */
const BEGINNING: readonly PlayedCommand[] = [0, 1, 2].map((trip) => ({
  type: 'create',
  trip,
  driver: 0,
  key: undefined,
}));

/** Runs the commands in one transaction; returns their outcomes. */
async function transactTogether(works: readonly CommandWork<string>[]): Promise<CommandOutcome<string>[]> {
  const commands = works.map((work) => new BatchedCommand(work));
  const moment = { nowMs: PLAYED_AT_MS, outboxDueAtMs: PLAYED_AT_MS + 2_000 };
  await database.transact((transaction) => runBatch(transaction, moment, commands));
  return commands.map(({ outcome }) => outcome);
}

/** An outcome as a word that can be compared. */
function wordOf(outcome: CommandOutcome<string> | undefined): string {
  if (outcome?.type === 'done') return outcome.result;
  if (outcome?.type !== 'refused') return 'conflict';
  if (!(outcome.reason instanceof HailgridError)) throw outcome.reason;
  return outcome.reason.code;
}

/** Runs all commands, conflicting ones in the next transaction; returns them in the order they ended, with their answers. */
async function together(world: PlayedTrips, commands: readonly PlayedCommand[]) {
  const done: { command: PlayedCommand; word: string }[] = [];
  for (let waiting = commands; waiting.length > 0;) {
    const outcomes = await transactTogether(waiting.map((one) => world.workOf(one)));
    const isConflict = (_: PlayedCommand, index: number): boolean => outcomes[index]?.type === 'conflict';
    waiting.forEach((one, index) => {
      if (!isConflict(one, index)) done.push({ command: one, word: wordOf(outcomes[index]) });
    });
    waiting = waiting.filter(isConflict);
  }
  return done;
}

interface Arrivals {
  offers: readonly { trip: number; driver: number }[];
  together: readonly PlayedCommand[];
}

/** Compares the same commands in two worlds, together and one by one; returns how many rounds had a conflict. */
async function compare(rounds: readonly Arrivals[]): Promise<number> {
  let conflicts = 0;
  const [shared, single] = [await PlayedTrips.make(store, SIZE), await PlayedTrips.make(store, SIZE)];
  for (const { offers, together: commands } of [{ offers: [], together: BEGINNING }, ...rounds]) {
    for (const offer of offers) {
      await shared.offer(offer);
      await single.offer(offer);
    }
    const done = await together(shared, commands);
    for (const one of done)
      expect((await together(single, [one.command])).map((alone) => alone.word)).toEqual([one.word]);
    if (done.some((one, index) => one.command !== commands[index])) conflicts += 1;
  }
  const everything = await shared.everything();
  expect(everything).toEqual(await single.everything());
  expect(everything).toMatchObject({ faults: [] });
  return conflicts;
}

test('commands that share transactions have the same outcomes as one by one', async () => {
  let conflicts = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(arrivals, { minLength: 1, maxLength: 6 }), async (rounds) => {
      conflicts += await compare(rounds);
    }),
    { numRuns: 40 },
  );
  expect(conflicts).toBeGreaterThan(0);
}, 180_000);

test('a driver who ends a ride and arrives for the next rider at the same time does one after the other', async () => {
  const step = (type: PlayedCommand['type'], trip: number): PlayedCommand => ({
    type,
    trip,
    driver: 0,
    key: undefined,
  });
  const alone = (...one: Parameters<typeof step>): Arrivals => ({ offers: [], together: [step(...one)] });
  const conflicts = await compare([
    { offers: [{ trip: 0, driver: 0 }], together: [step('accept', 0)] },
    alone('arrive', 0),
    alone('start', 0),
    { offers: [{ trip: 1, driver: 0 }], together: [step('accept', 1)] },
    { offers: [], together: [step('complete', 0), step('arrive', 1)] },
  ]);
  expect(conflicts).toBe(1);
});

test('a command that fails after a write fails the whole batch, a refused one only itself', async () => {
  const world = await PlayedTrips.make(store, SIZE);
  const create = (trip: number): PlayedCommand => ({ type: 'create', trip, driver: 0, key: trip });
  const refused = { ...create(0), type: 'arrive' as const, key: 7 };
  const failing = transactTogether([
    world.workOf(create(0)),
    async (transaction) => {
      await world.workOf(create(1))(transaction);
      throw new Error('a bug');
    },
  ]);
  await expect(failing).rejects.toThrow('a bug');
  expect(await world.everything()).toMatchObject({ trips: [null, null, null], events: [] });
  const outcomes = await transactTogether([create(0), refused, create(1)].map((one) => world.workOf(one)));
  expect(outcomes.map(wordOf)).toEqual(['processing', 'trip_not_found', 'processing']);
  // The key of the refused command is free again.
  const after = await transactTogether([world.workOf({ ...refused, type: 'start' })]);
  expect(after.map(wordOf)).toEqual(['illegal_transition']);
});
