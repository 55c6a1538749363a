import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { explain, statementsOf, type PlanFacts } from './explain.ts';
import { generateHistory } from './generate.ts';
import { hotQuestions, type Question } from './questions.ts';

const SIZE = { trips: 6_000, tripsWithEvents: 6_000, active: 300, days: 360, widthDays: 30 };
/** Trips and events of one time. */
const PARTITION = /^trip_(history|event)_/;

let database: TestDatabase;
let client: Client;
let questions: Map<string, Question>;

beforeAll(async () => {
  database = await testDatabase();
  client = new Client(database.url);
  await client.connect();
  const nowMs = await generateHistory(client, SIZE, Date.now());
  questions = new Map((await hotQuestions(client, nowMs)).map((question) => [question.name, question]));
  // Of a few thousand rows a table is sooner read than its index; which index there is for millions is the question.
  await client.query(
    'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off',
  );
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function factsOf(name: string, statement = 0): Promise<PlanFacts> {
  const sent = await statementsOf(questions.get(name)!.ask);
  return explain(client, sent[statement]!);
}

const partitionsOf = ({ relations }: PlanFacts): string[] => relations.filter((name) => PARTITION.test(name));

test.each([
  ['a trip under way', 1, 2],
  ['a trip long over', 1, 2],
  ['trips to be changed, locked', 0, 20],
  ["a rider's trips before one", 2, 2],
  ["a trip's events", 1, 6],
  ['events of several trips', 2, 120],
  ['open trips of some shards', 0, 400],
  ['searches past their deadline', 0, 300],
  ['trips to be moved into the history', 0, 10],
])('%s: by index, in %i partitions at the most, %i rows at the most', async (name, partitions, rows) => {
  const facts = await factsOf(name);
  expect(facts.seq_scans).toEqual([]);
  expect(partitionsOf(facts).length).toBeLessThanOrEqual(partitions);
  expect(facts.rows_touched).toBeLessThanOrEqual(rows);
});

test('trips of many times are looked up in their partitions, each once', async () => {
  const facts = await factsOf('trips long over, asked to change', 1);
  expect(facts.seq_scans).toEqual([]);
  expect(facts.rows_touched).toBeLessThanOrEqual(2 * 20);
});

test("a rider's newest trips are a walk down the index that ends at the limit", async () => {
  const facts = await factsOf("a rider's newest trips");
  expect(facts.seq_scans).toEqual([]);
  expect(facts.indexes.every((name) => name.includes('rider'))).toBe(true);
  expect(facts.rows_touched).toBeLessThanOrEqual(2 * 20);
});
