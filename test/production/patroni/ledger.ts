import { uuidOf } from '#libs/contracts';
import { withClient } from '../../../ops/postgres/query.ts';
import type { Acknowledged } from './trip-load.ts';

/** What a database has of the trips that were acknowledged. */
export interface Audit {
  acknowledged: number;
  /** Trips, or first events of trips, that were acknowledged and are not there: 0, or they were lost. */
  rpo_rows: number;
  /** Trips beyond the one of a rider's only key. */
  duplicated: number;
}

/** Compares what riders were told with what the database holds. */
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
