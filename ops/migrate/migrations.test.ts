import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId, newIdAt, uuidOf } from '#libs/contracts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { createDatabase, dropDatabase } from '../../dev/postgres/database.ts';
import { migrate, MIGRATIONS_DIRECTORY } from './migrations.ts';
import { query, withClient } from '../postgres/query.ts';

/** The last migration from before migrations had to let writers through. */
const BEFORE = '0005_webhooks';
const SEEDED = 2_000;
const WRITERS = 3;
/** Longer than a migration waits for its locks (1 s), and shorter than the reader holds them. */
const PATIENCE = '3s';
const HELD_MS = 5_000;
const LIMIT_MS = 240_000;

const NAME = `steps_${process.pid}`;
let database: TestDatabase;
let url: string;

beforeAll(async () => {
  database = await testDatabase();
  await createDatabase(database.url, NAME);
  const own = new URL(database.url);
  own.pathname = `/${NAME}`;
  url = own.href;
});
afterAll(async () => {
  await dropDatabase(database.url, NAME);
  await database.drop();
});

/** A trip with two events, canceled at once, in SQL that every version of the schema accepts. */
function tripOf(tripUuid: string, quoteUuid: string, riderUuid: string): string {
  const quote = `'${quoteUuid}', '${riderUuid}', 'standard'`;
  return `
    BEGIN;
    INSERT INTO quote VALUES (${quote}, 1, 1, 1, 1, 1, 700, 'EUR', 1, 1, NULL, now(), now() + interval '2 minutes');
    INSERT INTO trip (trip_id, quote_id, rider_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
      pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at)
      VALUES ('${tripUuid}', ${quote}, 'processing', 1, 1, 1, 1, 1, 1, 700, 'EUR', 1, 1, now(), now());
    INSERT INTO trip_event (trip_id, seq, type, at, event) VALUES ('${tripUuid}', 1, 'requested', now(), '{}');
    UPDATE trip SET state = 'rider_canceled', seq = 2, ended_at = now() WHERE trip_id = '${tripUuid}';
    INSERT INTO trip_event (trip_id, seq, type, at, event) VALUES ('${tripUuid}', 2, 'rider_canceled', now(), '{}');
    COMMIT`;
}

async function seed(): Promise<void> {
  const trips = Array.from({ length: SEEDED }, (_, index) =>
    tripOf(
      uuidOf('trip', newIdAt('trip', Date.now() - index * 3_600_000)),
      uuidOf('quote', newId('quote')),
      uuidOf('rider', newId('rider')),
    ),
  );
  await query(url, trips.join(';'));
}

/** Writes trip after trip; rejects if a write waits longer than {@link PATIENCE}. */
async function write(until: AbortSignal): Promise<number> {
  return withClient(url, async (client) => {
    await client.query(`SET lock_timeout = '${PATIENCE}'`);
    let written = 0;
    for (; !until.aborted; written += 1)
      await client.query(
        tripOf(
          uuidOf('trip', newIdAt('trip', Date.now())),
          uuidOf('quote', newId('quote')),
          uuidOf('rider', newId('rider')),
        ),
      );
    return written;
  });
}

/**
 * Runs one migration during a long read, such as a backup or a report. A migration that needs an exclusive lock waits for the
 * read, and all other sessions queue behind its lock request.
 */
async function migrateBehindReader(name: string): Promise<string[]> {
  return withClient(url, async (reader) => {
    await reader.query(
      'BEGIN; SELECT FROM quote LIMIT 1; SELECT FROM trip LIMIT 1; SELECT FROM trip_event LIMIT 1',
    );
    const migrating = migrate(url, name);
    await Promise.race([sleep(HELD_MS), migrating]);
    await reader.query('COMMIT');
    return migrating;
  });
}

/** The names of the migrations after this one. */
function migrationsAfter(name: string): string[] {
  const names = readdirSync(MIGRATIONS_DIRECTORY).filter((file) => file.endsWith('.sql'));
  return names
    .map((file) => file.replace('.sql', ''))
    .filter((other) => other > name)
    .toSorted();
}

test(
  'migrations of existing trips during writes and a long read block no writer and lose nothing',
  async () => {
    expect((await migrate(url, BEFORE)).at(-1)).toBe(BEFORE);
    await seed();
    const end = new AbortController();
    const writing = Promise.all(Array.from({ length: WRITERS }, () => write(end.signal)));
    const ran: string[] = [];
    // A writer that waited too long fails the test below.
    writing.catch(() => undefined);
    try {
      for (const name of migrationsAfter(BEFORE)) ran.push(...(await migrateBehindReader(name)));
    } finally {
      end.abort();
    }
    const written = (await writing).reduce((sum, count) => sum + count);
    expect(ran).toEqual(migrationsAfter(BEFORE));
    expect(written).toBeGreaterThan(0);
    expect(await query(url, 'SELECT count(*)::int AS trips, sum(seq)::int AS events FROM any_trip')).toEqual([
      { trips: SEEDED + written, events: 2 * (SEEDED + written) },
    ]);
    expect(
      await query(url, 'SELECT count(*)::int AS n FROM any_trip JOIN trip_event USING (trip_id)'),
    ).toEqual([{ n: 2 * (SEEDED + written) }]);
    expect(await migrate(url)).toEqual([]);
  },
  LIMIT_MS,
);

test('a migration whose check finds a fault fails', async () => {
  const broken = `${NAME}_broken`;
  await createDatabase(database.url, broken);
  const own = new URL(url);
  own.pathname = `/${broken}`;
  try {
    await migrate(own.href, '0006_history');
    await query(
      own.href,
      "ALTER TABLE trip ADD COLUMN only_here int; DELETE FROM migration WHERE name LIKE '0006%'; DROP VIEW any_trip; DROP TABLE trip_history",
    );
    await query(own.href, 'DROP FUNCTION uuid_floor; DROP FUNCTION uuid_time');
    await query(
      own.href,
      'ALTER TABLE trip ADD CONSTRAINT trip_quote_id_fkey FOREIGN KEY (quote_id) REFERENCES quote',
    );
    await query(
      own.href,
      'ALTER TABLE trip_event ADD CONSTRAINT trip_event_trip_id_fkey FOREIGN KEY (trip_id) REFERENCES trip',
    );
    await expect(migrate(own.href)).rejects.toThrow('column only_here integer is only in');
  } finally {
    await dropDatabase(database.url, broken);
  }
});
