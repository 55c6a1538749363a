import { setTimeout as sleep } from 'node:timers/promises';
import { uuidOf, type TripId } from '#libs/contracts';
import { query } from '../../../ops/postgres/query.ts';
import { inForce } from '../checker/lineage.ts';
import { readShardsNow } from '../checker/read-database.ts';
import type { ShardFact } from '../checker/facts.ts';

const POLL_MS = 200;
/** How long a question waits for a primary: longer than a failover takes on a machine that other work is using. */
const PRIMARY_LIMIT_MS = 60_000;

interface PrimaryUrl {
  /** The primary at the moment of reading. */
  readonly databaseUrl: string;
}

/**
 * Asks the primary, and asks again while there is none: a slow machine makes the keeper replace a primary at any moment.
 * The question only reads.
 */
export async function askPrimary<T>(city: PrimaryUrl, question: (url: string) => Promise<T>): Promise<T> {
  const deadline = performance.now() + PRIMARY_LIMIT_MS;
  for (;;) {
    try {
      return await question(city.databaseUrl);
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** Queries Postgres, the authority on the state of the city. */
export class Observer {
  readonly #city: PrimaryUrl;

  constructor(city: PrimaryUrl) {
    this.#city = city;
  }

  async shardsOf(matcher: string): Promise<ShardFact[]> {
    return inForce(await askPrimary(this.#city, readShardsNow)).filter(({ owner }) => owner === matcher);
  }

  /** Whether these matchers own every shard. */
  async isWhole(living: ReadonlySet<string>): Promise<boolean> {
    const shards = inForce(await askPrimary(this.#city, readShardsNow));
    return shards.length > 0 && shards.every(({ owner }) => owner !== null && living.has(owner));
  }

  /** The `trips` instance that leads as planner; undefined if there is none yet. */
  async planner(): Promise<string | undefined> {
    const [row] = await this.#rows<{ holder: string | null }>('SELECT holder FROM planner');
    return row?.holder ?? undefined;
  }

  /** The current position in the write-ahead log: later commits have higher ones. */
  async now(): Promise<string> {
    const [row] = await this.#rows<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return row?.lsn ?? '0/0';
  }

  /** Whether an offer was committed after a position in the log, for a trip of any age. */
  async hasOfferedSince(lsn: string): Promise<boolean> {
    const rows = await this.#rows(
      `SELECT 1 FROM trip_event WHERE type = 'offer_made' AND lsn > '${lsn}'::pg_lsn LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** Number of trips requested after a service time that have got a driver. */
  async servedSince(serviceMs: number): Promise<number> {
    const [row] = await this.#rows<{ served: number }>(`SELECT count(*)::int AS served FROM any_trip
       WHERE requested_at > '${new Date(serviceMs).toISOString()}'::timestamptz AND accepted_at IS NOT NULL`);
    return row?.served ?? 0;
  }

  /** Number of trips under way that are bound to one of these drivers. */
  async boundTo(drivers: readonly string[]): Promise<number> {
    const [row] = await this.#rows<{ trips: number }>(`SELECT count(*)::int AS trips FROM trip
       WHERE state IN ('accepted', 'arrived', 'in_progress') AND driver ->> 'driverId' IN (${quoted(drivers)})`);
    return row?.trips ?? 0;
  }

  /** Number of these trips that have not ended. */
  async openAmong(trips: readonly TripId[]): Promise<number> {
    const [row] = await this.#rows<{ trips: number }>(`SELECT count(*)::int AS trips FROM any_trip
       WHERE ended_at IS NULL AND trip_id IN (${quoted(trips.map((trip) => uuidOf('trip', trip)))})`);
    return row?.trips ?? 0;
  }

  #rows<R extends Record<string, unknown>>(sql: string): Promise<R[]> {
    return askPrimary(this.#city, (url) => query<R>(url, sql));
  }
}

/** Ids as a list of SQL; a list of none has a null, which equals nothing. */
function quoted(ids: readonly string[]): string {
  return ids.length === 0 ? 'NULL' : ids.map((id) => `'${id}'`).join(', ');
}

/** Polls a condition. Returns the wall time at which it was true, or undefined at the limit. */
export async function pollUntil(
  isSo: () => Promise<boolean> | boolean,
  limitMs: number,
): Promise<number | undefined> {
  const deadline = performance.now() + limitMs;
  do {
    // A database that does not answer at the moment counts as false.
    if (await Promise.resolve(isSo()).catch(() => false)) return Date.now();
    await sleep(POLL_MS);
  } while (performance.now() < deadline);
  return undefined;
}
