import type { Client } from 'pg';
import { raiseDrivers, raiseEpochs, raiseTerm, type Queryable } from '#libs/store';
import { withClient } from '../postgres/query.ts';

/**
 * More than any of these numbers rises between a backup and the day it is needed: an epoch or a term changes every few
 * seconds at most, a driver's version with each of its trips. A session fits two thousand steps, the others a billion.
 */
export const FENCE_STEP = 1_000_000;

/** What was raised, and by how much. */
export interface RaisedFences {
  step: number;
  shards: number;
  drivers: number;
  /** Whether there was a planner's term to raise. */
  planner: boolean;
}

/**
 * After a restore the numbers that only ever rise have fallen. Whoever has seen the lost ones would pass over what is
 * true now (readers take only higher ones), and would pass for current itself when the count comes to its number again.
 * So all of them are raised above whatever anybody can have seen.
 */
export async function raiseFences(url: string, atMs: number): Promise<RaisedFences> {
  return withClient(url, async (client) => {
    const transaction = queryableOf(client);
    await client.query('BEGIN');
    // Locked in the order in which everybody locks: planner, shards, drivers.
    const planner = await raiseTerm(transaction, FENCE_STEP);
    const shards = await raiseEpochs(transaction, FENCE_STEP, atMs);
    const drivers = await raiseDrivers(transaction, FENCE_STEP);
    await client.query('COMMIT');
    return { step: FENCE_STEP, shards, drivers, planner };
  });
}

/** One session without the services' time limits: there may be many drivers. */
function queryableOf(client: Client): Queryable {
  return {
    rows: async <R extends Record<string, unknown>>({
      name,
      text,
      values,
    }: Parameters<Queryable['rows']>[0]): Promise<R[]> =>
      (await client.query<R>({ name, text, values: [...values] })).rows,
  };
}
