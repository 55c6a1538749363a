import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId, uuidOf } from '#libs/contracts';
import { query, withClient } from '../../ops/postgres/query.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import {
  acknowledgeAttention,
  Database,
  numberAttention,
  purgeAttention,
  readAttention,
  readAttentionHead,
  readAttentionRange,
} from './index.ts';

const AT = '2026-03-01T12:00:00.000Z';
let testBase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testBase = await testDatabase();
  database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'attention-test' });
});
afterAll(async () => {
  await database.close();
  await testBase.drop();
});
beforeEach(() => query(testBase.url, 'DELETE FROM attention; UPDATE attention_head SET number = 0'));

function entry(kind = 'failed', at = AT): string {
  return `INSERT INTO attention (kind, at, subject, occasion, data)
    VALUES ('${kind}', '${at}', '${uuidOf('trip', newId('trip'))}', 1, '{}')`;
}

function number(limit = 100): Promise<number> {
  return database.transact((transaction) => numberAttention(transaction, limit));
}

async function kinds(after = 0): Promise<string[]> {
  return (await readAttention(database, after, 100)).map((found) => `${found.number} ${found.kind}`);
}

test('an entry that commits late comes after those that were seen, and is not missed', async () => {
  await withClient(testBase.url, async (late) => {
    await late.query('BEGIN');
    await late.query(entry('stuck'));
    await query(testBase.url, entry('failed'));
    await number();
    expect(await kinds()).toEqual(['1 failed']);
    await late.query('COMMIT');
  });
  expect(await readAttentionHead(database)).toEqual({ newest: 1, hasUnnumbered: true });
  await number();
  expect(await kinds(1)).toEqual(['2 stuck']);
  expect(await readAttentionHead(database)).toEqual({ newest: 2, hasUnnumbered: false });
});

test('an entry belongs to the first of many who acknowledge it at once, and is open no longer', async () => {
  await query(testBase.url, `${entry('stuck')}; ${entry('failed')}`);
  await number();
  const operatorIds = Array.from({ length: 4 }, () => newId('operator'));
  const answers = await Promise.all(
    operatorIds.map((operatorId) =>
      database.transact((transaction) =>
        acknowledgeAttention(transaction, {
          number: 1,
          operatorId,
          name: `name of ${operatorId}`,
          note: null,
          atMs: Date.parse(AT),
        }),
      ),
    ),
  );
  const [owner, ...others] = [...new Set(answers.map((answer) => answer?.after.acknowledged?.by))];
  expect(others).toEqual([]);
  expect(operatorIds).toContain(owner);
  expect(answers.filter((answer) => answer?.before.acknowledged === null)).toHaveLength(1);
  const all = await readAttention(database, 0, 100);
  expect(all.map(({ acknowledged }) => acknowledged)).toEqual([
    { by: owner, name: `name of ${owner}`, at: AT, note: null },
    null,
  ]);
  expect(await readAttention(database, 0, 100, { isOpen: true })).toEqual([all[1]]);
});

test('an entry that there is not cannot be acknowledged', async () => {
  const nobody = { number: 7, operatorId: newId('operator'), name: 'x', note: null, atMs: 0 };
  expect(await database.transact((transaction) => acknowledgeAttention(transaction, nobody))).toBeUndefined();
});

test('processes that number at once give each entry one number, without gaps', async () => {
  await query(testBase.url, Array.from({ length: 50 }, () => entry()).join(';'));
  while ((await readAttentionHead(database)).hasUnnumbered)
    await Promise.all([number(7), number(7), number(7), number(7)]);
  const numbers = (await readAttention(database, 0, 100)).map((found) => found.number);
  expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
});

test('while one process numbers, another one does not, and does not wait', async () => {
  await query(testBase.url, entry());
  await withClient(testBase.url, async (other) => {
    await other.query('BEGIN');
    await other.query('SELECT FROM attention_head FOR UPDATE');
    expect(await number()).toBe(0);
    await other.query('ROLLBACK');
  });
  expect(await number()).toBe(1);
});

test('old entries go, and their numbers are not given again', async () => {
  await query(testBase.url, `${entry()}; ${entry()}; ${entry('stuck', '2026-03-09T12:00:00.000Z')}`);
  await number();
  expect(await purgeAttention(database, Date.parse(AT), 100)).toBe(2);
  expect(await readAttentionRange(database)).toEqual({ oldest: 3, newest: 3 });
  await purgeAttention(database, Date.parse('2026-03-10T12:00:00Z'), 100);
  expect(await readAttentionRange(database)).toEqual({ oldest: 4, newest: 3 });
  await query(testBase.url, entry());
  await number();
  expect(await kinds()).toEqual(['4 failed']);
});
