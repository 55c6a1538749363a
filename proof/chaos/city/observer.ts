import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../../../ops/postgres/query.ts';
import { inForce } from '../checker/lineage.ts';
import { readShardsNow } from '../checker/read-database.ts';
import type { ShardFact } from '../checker/facts.ts';

const POLL_MS = 200;

/** Looks into Postgres, which alone knows how things stand. */
export class Observer {
  readonly #city: { readonly databaseUrl: string };

  /** @param city tells where its primary is now, each time it is asked */
  constructor(city: { readonly databaseUrl: string }) {
    this.#city = city;
  }

  async shardsOf(matcher: string): Promise<ShardFact[]> {
    return inForce(await readShardsNow(this.#city.databaseUrl)).filter(({ owner }) => owner === matcher);
  }

  /** Whether every shard is owned by one of these. */
  async isWhole(living: ReadonlySet<string>): Promise<boolean> {
    const shards = inForce(await readShardsNow(this.#city.databaseUrl));
    return shards.length > 0 && shards.every(({ owner }) => owner !== null && living.has(owner));
  }

  /** The `trips` instance that plans; undefined where nobody has yet. */
  async planner(): Promise<string | undefined> {
    const [row] = await query<{ holder: string | null }>(
      this.#city.databaseUrl,
      'SELECT holder FROM planner',
    );
    return row?.holder ?? undefined;
  }

  /** Where the write-ahead log is now: what is committed later has a higher place. */
  async now(): Promise<string> {
    const [row] = await query<{ lsn: string }>(
      this.#city.databaseUrl,
      'SELECT pg_current_wal_insert_lsn()::text AS lsn',
    );
    return row?.lsn ?? '0/0';
  }

  /** Whether an offer was committed after that place in the log, for a trip of any age. */
  async hasOfferedSince(lsn: string): Promise<boolean> {
    const rows = await query(
      this.#city.databaseUrl,
      `SELECT 1 FROM trip_event WHERE type = 'offer_made' AND lsn > '${lsn}'::pg_lsn LIMIT 1`,
    );
    return rows.length > 0;
  }

  /** Trips requested after a moment of service time that have got a driver. */
  async servedSince(serviceMs: number): Promise<number> {
    const [row] = await query<{ served: number }>(
      this.#city.databaseUrl,
      `SELECT count(*)::int AS served FROM any_trip
       WHERE requested_at > '${new Date(serviceMs).toISOString()}'::timestamptz AND accepted_at IS NOT NULL`,
    );
    return row?.served ?? 0;
  }
}

/** Looks again and again; gives the wall time at which it was so, or undefined where the limit came first. */
export async function whenSo(
  isSo: () => Promise<boolean> | boolean,
  limitMs: number,
): Promise<number | undefined> {
  const deadline = performance.now() + limitMs;
  do {
    // A database that cannot be asked just now tells nothing.
    if (await Promise.resolve(isSo()).catch(() => false)) return Date.now();
    await sleep(POLL_MS);
  } while (performance.now() < deadline);
  return undefined;
}
