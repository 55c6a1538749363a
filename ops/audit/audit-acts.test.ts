import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { appendAct, Database, TripStore } from '#libs/store';
import type { ActFinding } from '#libs/trip';
import { query, withClient } from '../postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { auditActs } from './audit-acts.ts';

/** A time with a fraction of a millisecond, as faster clocks have it. */
const NOW_MS = Date.parse('2026-03-01T12:00:00Z') + 0.25;
const ACT = {
  issuer: 'https://issuer.example',
  subject: 'anna|1',
  actorId: 'operator_1',
  role: 'operator',
  act: 'list_trips',
  target: { limit: 50, text: 'Škoda 🚗', none: undefined },
  reason: null,
  requestId: 'request-1',
  before: { seq: 1, ratio: 1 / 3 },
  after: null,
  atMs: NOW_MS,
};
let testBase: TestDatabase;
let database: Database;
let store: TripStore;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'audit-acts-test' });
  store = new TripStore(database, { now: () => NOW_MS, outboxGraceMs: 2_000 });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});
beforeEach(() => tamper('TRUNCATE operator_audit', 'UPDATE operator_audit_head SET number = 0, hash = NULL'));

/** Changes rows as a superuser can, with the append-only triggers off. */
async function tamper(...statements: string[]): Promise<void> {
  await withClient(testBase.url, async (client) => {
    await client.query(
      `BEGIN; SET LOCAL session_replication_role = replica; ${statements.join(';')}; COMMIT`,
    );
  });
}

async function actTimes(count: number): Promise<void> {
  const append = () => store.transact((transaction) => appendAct(transaction, ACT));
  await Promise.all(Array.from({ length: count }, append));
}

test('acts at once get numbers without a gap, also where one is rolled back, and have no fault', async () => {
  const failing = store.transact(async (transaction) => {
    await appendAct(transaction, ACT);
    throw new Error('the act fails');
  });
  await Promise.all([expect(failing).rejects.toThrow('the act fails'), actTimes(20)]);
  const rows = await query<{ number: string }>(
    testBase.url,
    'SELECT number FROM operator_audit ORDER BY number',
  );
  expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(await auditActs(database)).toMatchObject({ rows: 20, findings: [], head: { number: 20 } });
});

test.each<[string, string, ActFinding]>([
  [
    'a changed reason',
    `UPDATE operator_audit SET reason = '{"a":1}' WHERE number = 2`,
    { fault: 'changed', number: 2 },
  ],
  [
    'another actor',
    `UPDATE operator_audit SET subject = 'bob' WHERE number = 4`,
    { fault: 'changed', number: 4 },
  ],
  ['a removed row', 'DELETE FROM operator_audit WHERE number = 2', { fault: 'missing', number: 2 }],
  ['an end cut off', 'DELETE FROM operator_audit WHERE number > 2', { fault: 'truncated', number: 3 }],
  [
    'an end cut off with the head set back',
    'DELETE FROM operator_audit WHERE number > 2; UPDATE operator_audit_head SET number = 2',
    { fault: 'truncated', number: 3 },
  ],
  [
    'a row moved far away',
    'UPDATE operator_audit SET number = 1e15 WHERE number = 4',
    { fault: 'missing', number: 4 },
  ],
])('%s is found', async (_, statement, finding) => {
  await actTimes(4);
  await tamper(statement);
  expect((await auditActs(database)).findings).toContainEqual(finding);
});

test.each([
  'UPDATE operator_audit SET act = act',
  'DELETE FROM operator_audit',
  'TRUNCATE operator_audit',
  'DELETE FROM operator_audit_head',
])('even a superuser is refused: %s', async (statement) => {
  await actTimes(1);
  await expect(query(testBase.url, statement)).rejects.toThrow('is append-only');
});

test('a row that does not follow the newest one is refused', async () => {
  await actTimes(2);
  const copy = `INSERT INTO operator_audit SELECT 9, at, issuer, subject, actor_id, role, act, target, reason, request_id, before, after, hash
    FROM operator_audit WHERE number = 1`;
  await expect(query(testBase.url, copy)).rejects.toThrow('audit row 9 does not follow the newest one');
});
