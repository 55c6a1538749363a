import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database, TripStore } from '#libs/store';
import { testDatabase, type TestDatabase } from '../../../dev/test-world/index.ts';
import { identityOf } from './resolve-identity.ts';

let testBase: TestDatabase;
/** As two processes have them. */
let stores: readonly [TripStore, TripStore];

beforeAll(async () => {
  testBase = await testDatabase();
  const open = (): TripStore => {
    const database = new Database({
      urls: testBase.urls,
      maxConnections: 8,
      applicationName: 'identity-test',
    });
    return new TripStore(database, { now: () => Date.now(), outboxGraceMs: 2_000 });
  };
  stores = [open(), open()];
});
afterAll(async () => {
  await Promise.all((stores ?? []).map((store) => store.close()));
  await testBase?.drop();
});

test('a hundred first sights of a person at once give one identity, and every later sight the same', async () => {
  const person = { issuer: 'https://id.example.com', subject: 'auth0|64b7' };
  const seen = await Promise.all(
    Array.from({ length: 100 }, (_, index) => identityOf(stores[index % 2 === 0 ? 0 : 1], person)),
  );
  expect(new Set(seen).size).toBe(1);
  expect(await identityOf(stores[1], person)).toBe(seen[0]);
});

test('a subject of another issuer is another person', async () => {
  const [ours, theirs] = ['https://a.example.com', 'https://b.example.com'].map((issuer) => ({
    issuer,
    subject: '1',
  }));
  expect(await identityOf(stores[0], ours!)).not.toBe(await identityOf(stores[0], theirs!));
});
