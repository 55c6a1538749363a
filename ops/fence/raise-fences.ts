import type { Client } from 'pg';
import { raiseDrivers, raiseEpochs, raiseTerm, type Queryable } from '#libs/store';
import { withClient } from '../postgres/query.ts';

/**
 * How much each number is raised: more than any rises between a backup and its restore. An epoch or a term changes every few
 * seconds at most, a driver's version with each of its trips. A session has room for two thousand steps, the others for a
 * billion.
 */
export const FENCE_STEP = 1_000_000;

/** How many rows were raised, and by how much. */
export interface RaisedFences {
  step: number;
  shards: number;
  drivers: number;
  /** Whether there was a planner's term to raise. */
  planner: boolean;
}

/**
 * Raises all monotonic numbers above every value that a process can have seen before the restore, which has lowered them.
 * Otherwise a process with a lost higher number would ignore current state (readers take only higher numbers), and would
 * count as current itself once the number is reached again.
 */
export async function raiseFences(url: string, atMs: number): Promise<RaisedFences> {
  return withClient(url, async (client) => {
    const transaction = queryableOf(client);
    await client.query('BEGIN');
    // In the lock order of all transactions: planner, shards, drivers.
    const planner = await raiseTerm(transaction, FENCE_STEP);
    const shards = await raiseEpochs(transaction, FENCE_STEP, atMs);
    const drivers = await raiseDrivers(transaction, FENCE_STEP);
    await client.query('COMMIT');
    return { step: FENCE_STEP, shards, drivers, planner };
  });
}

/** Runs statements without the services' time limits: there may be many drivers. */
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
