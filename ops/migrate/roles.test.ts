import { readFileSync } from 'node:fs';
import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { makeLogin, type LoginFor } from './logins.ts';
import { query, withClient } from '../postgres/query.ts';

const REFUSED = '42501';

let database: TestDatabase;
const urls = new Map<LoginFor, string>();

beforeAll(async () => {
  database = await testDatabase();
  urls.set('trips', database.urls[0]!);
  for (const who of ['readonly', 'maintenance'] as const)
    urls.set(who, (await makeLogin(database.url, who))(database.url));
});
afterAll(() => database.drop());

/** Runs the statement and rolls it back; returns `done` or the SQLSTATE. */
async function attempt(who: LoginFor, statement: string): Promise<string> {
  return withClient(urls.get(who)!, async (client) => {
    await client.query('BEGIN');
    try {
      await client.query(statement);
      return 'done';
    } catch (error) {
      return error instanceof DatabaseError ? (error.code ?? '') : String(error);
    } finally {
      await client.query('ROLLBACK');
    }
  });
}

const EVENT = `INSERT INTO trip_event (trip_id, seq, type, at, event) VALUES (gen_random_uuid(), 1, 'x', now(), '{}')`;
const CLAIM = `INSERT INTO driver_claim (driver_id, trip_id, kind) SELECT gen_random_uuid(), trip_id, 'trip' FROM trip`;
const SLOT = `INSERT INTO trip_slot SELECT gen_random_uuid(), 0, gen_random_uuid()`;
const ACT = `WITH head AS (SELECT number FROM lock_operator_audit())
  INSERT INTO operator_audit (number, at, issuer, subject, actor_id, role, act, target, request_id, hash)
  SELECT number + 1, now(), 'i', 's', 'a', 'operator', 'x', '{}', 'r', decode(repeat('00', 32), 'hex') FROM head`;
const MAKE = `SELECT make_history_partitions(now() + interval '400 days', '30 days', 1)`;

const CHANGES = [
  `INSERT INTO trip SELECT * FROM any_trip`,
  `UPDATE trip SET state = 'failed'`,
  `DELETE FROM trip`,
  EVENT,
  `UPDATE trip_event SET seq = 2`,
  `DELETE FROM trip_event`,
  `INSERT INTO trip_history SELECT * FROM any_trip`,
  `UPDATE trip_history SET seq = 2`,
  `DELETE FROM trip_history`,
  CLAIM,
  SLOT,
  `DELETE FROM trip_slot`,
  ACT,
  `UPDATE operator_audit SET act = 'y'`,
  `DELETE FROM operator_audit`,
  `UPDATE operator_audit_head SET number = 0`,
  `UPDATE driver SET version = 1`,
  `UPDATE shard SET epoch = epoch + 1`,
  `DELETE FROM outbox`,
];
const DEFINITIONS = [
  'TRUNCATE trip_event',
  'TRUNCATE trip',
  'CREATE TABLE mine (id int)',
  'ALTER TABLE trip ADD COLUMN mine int',
  'DROP TABLE trip_event',
  'DROP TABLE trip_event_first',
  'ALTER TABLE trip_event DETACH PARTITION trip_event_first',
  'ALTER TABLE trip_event DISABLE TRIGGER ALL',
  `CREATE TABLE archive.mine (id int)`,
  `SET session_replication_role = replica`,
  `CREATE ROLE mine`,
  'SET ROLE hailgrid_owner',
];

describe('trips', () => {
  test.each([
    `UPDATE trip SET seq = seq`,
    `DELETE FROM trip`,
    EVENT,
    CLAIM,
    SLOT,
    `DELETE FROM trip_slot`,
    ACT,
    `INSERT INTO trip_history SELECT * FROM any_trip WHERE ended_at IS NOT NULL`,
    `SELECT FROM quote FOR UPDATE SKIP LOCKED`,
    `DELETE FROM quote`,
    `SELECT FROM shard FOR SHARE`,
    `SELECT secret FROM webhook`,
    `SELECT sealed FROM webhook_secret`,
    MAKE,
  ])('may: %s', async (statement) => {
    expect(await attempt('trips', statement)).toBe('done');
  });

  test.each([
    ...DEFINITIONS,
    `UPDATE trip_event SET seq = 2`,
    `DELETE FROM trip_event`,
    `UPDATE operator_audit SET act = 'y'`,
    `DELETE FROM operator_audit`,
    'TRUNCATE operator_audit',
    `UPDATE operator_audit_head SET number = 0`,
    `INSERT INTO trip_event_first SELECT * FROM trip_event`,
    `UPDATE trip_history SET seq = 2`,
    `DELETE FROM trip_history`,
    `UPDATE quote SET fare_minor = 0`,
    `UPDATE quote SET expires_at = now()`,
    `DELETE FROM shard`,
    `DELETE FROM driver`,
    `SELECT FROM migration`,
  ])('may not: %s', async (statement) => {
    expect(await attempt('trips', statement)).toBe(REFUSED);
  });
});

describe('readonly', () => {
  test.each([
    'SELECT * FROM any_trip',
    'SELECT * FROM trip_event',
    'SELECT * FROM trip_history',
    'SELECT * FROM outbox',
    'SELECT webhook_id, url FROM webhook',
    'SELECT fingerprint, expires_at FROM webhook_secret',
    'SELECT pg_advisory_xact_lock(7045105)',
  ])('may: %s', async (statement) => {
    expect(await attempt('readonly', statement)).toBe('done');
  });

  test.each([
    ...CHANGES,
    ...DEFINITIONS,
    MAKE,
    'SELECT secret FROM webhook',
    'SELECT sealed FROM webhook_secret',
    'SELECT * FROM webhook',
    'SELECT * FROM idempotency_key',
    'SELECT FROM trip FOR UPDATE',
  ])('may not: %s', async (statement) => {
    expect(await attempt('readonly', statement)).toBe(REFUSED);
  });
});

describe('maintenance', () => {
  test('makes and detaches partitions', async () => {
    expect(await attempt('maintenance', MAKE)).toBe('done');
    expect(await attempt('maintenance', 'ALTER TABLE trip_event DETACH PARTITION trip_event_first')).toBe(
      'done',
    );
  });

  test.each(['CREATE ROLE mine', `SET session_replication_role = replica`, `COPY trip TO PROGRAM 'true'`])(
    'may not: %s',
    async (statement) => {
      expect(await attempt('maintenance', statement)).toBe(REFUSED);
    },
  );
});

test('a login without a group may read nothing', async () => {
  await query(
    database.url,
    `DROP ROLE IF EXISTS hailgrid_stranger; CREATE ROLE hailgrid_stranger LOGIN PASSWORD 'x'`,
  );
  const stranger = new URL(database.url);
  [stranger.username, stranger.password] = ['hailgrid_stranger', 'x'];
  for (const statement of ['SELECT FROM trip', EVENT, MAKE, 'CREATE TABLE mine (id int)'])
    await expect(query(stranger.href, statement)).rejects.toMatchObject({ code: REFUSED });
  await query(database.url, 'DROP ROLE hailgrid_stranger');
});

test('every table belongs to the owner, including those of later migrations', async () => {
  expect(await query(database.url, readFileSync('migrations/checks/0009_roles.sql', 'utf8'))).toEqual([]);
});
