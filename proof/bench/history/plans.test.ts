import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { explain, statementsOf, type PlanFacts } from './explain.ts';
import { generateHistory } from './generate.ts';
import { hotQuestions, type Question } from './questions.ts';

const SIZE = { trips: 6_000, tripsWithEvents: 6_000, active: 300, days: 360, widthDays: 30 };
/** Trips and events of a short time. */
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
  // For a few thousand rows Postgres prefers a sequential scan. The test asks which index it would use for millions.
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
  ['an old trip', 1, 2],
  ['locking trips for a change', 0, 20],
  ["a rider's trips before one", 2, 2],
  ["a trip's events", 1, 6],
  ['events of several trips', 2, 120],
  ['open trips of some shards', 0, 400],
  ['searches past their deadline', 0, 300],
  ['moving ended trips into the history', 0, 10],
  // A ride has six events.
  ['a page of completed rides', 4, 8 * 20],
  ['where the newest rides begin', 2, 2 * 20],
])('%s: by index, at most %i partitions, at most %i rows', async (name, partitions, rows) => {
  const facts = await factsOf(name);
  expect(facts.seq_scans).toEqual([]);
  expect(partitionsOf(facts).length).toBeLessThanOrEqual(partitions);
  expect(facts.rows_touched).toBeLessThanOrEqual(rows);
});

test('trips of many ages are looked up in their partitions, each partition once', async () => {
  const facts = await factsOf('locking old trips for a change', 1);
  expect(facts.seq_scans).toEqual([]);
  expect(facts.rows_touched).toBeLessThanOrEqual(2 * 20);
});

test("a rider's newest trips come from an index scan that stops at the limit", async () => {
  const facts = await factsOf("a rider's newest trips");
  expect(facts.seq_scans).toEqual([]);
  expect(facts.indexes.every((name) => name.includes('rider'))).toBe(true);
  expect(facts.rows_touched).toBeLessThanOrEqual(2 * 20);
});
