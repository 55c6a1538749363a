import { uuidOf } from '#libs/contracts';
import { withClient } from '../../../ops/postgres/query.ts';
import type { Acknowledged } from './trip-load.ts';

/** Comparison of a database with the acknowledged trips. */
export interface Audit {
  acknowledged: number;
  /** Acknowledged trips, or first events of them, that are missing; must be 0. */
  rpo_rows: number;
  /** Trips beyond the one of a rider's only key. */
  duplicated: number;
}

/** Compares the acknowledgements with the database. */
export async function audit(url: string, acknowledged: readonly Acknowledged[]): Promise<Audit> {
  return withClient(url, async (client) => {
    const ids = acknowledged.map(({ tripId }) => uuidOf('trip', tripId));
    const { rows: present } = await client.query<{ trips: number; events: number }>(
      `SELECT (SELECT count(*)::int FROM trip WHERE trip_id = ANY ($1::uuid[])) AS trips,
              (SELECT count(*)::int FROM trip_event WHERE trip_id = ANY ($1::uuid[]) AND seq = 1) AS events`,
      [ids],
    );
    const { rows: twice } = await client.query<{ n: number }>(
      'SELECT (count(*) - count(DISTINCT rider_id))::int AS n FROM trip',
    );
    const { trips = 0, events = 0 } = present[0] ?? {};
    return {
      acknowledged: ids.length,
      rpo_rows: 2 * ids.length - trips - events,
      duplicated: twice[0]?.n ?? Number.NaN,
    };
  });
}
