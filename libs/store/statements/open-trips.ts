import { TRIP_COLUMNS, tripFromRow, type TripRow } from '../rows/trip-row.ts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';

/** A shard's descendants at the resolution of pickup cells: one inclusive range of integers. */
export interface CellRange {
  lo: string;
  hi: string;
}

/** Trips of some shards that nobody has picked up yet, oldest first; at most `limit`. */
export async function openTrips(
  database: Queryable,
  ranges: readonly CellRange[],
  limit: number,
): Promise<Trip[]> {
  const rows = await database.rows<TripRow>({
    name: 'open-trips',
    text: `
      SELECT ${TRIP_COLUMNS}
      FROM unnest($1::bigint[], $2::bigint[]) AS shard (lo, hi)
      JOIN trip ON trip.pickup_cell BETWEEN shard.lo AND shard.hi AND trip.state IN ('processing', 'accepted')
      ORDER BY requested_at LIMIT $3`,
    values: [ranges.map(({ lo }) => lo), ranges.map(({ hi }) => hi), limit],
  });
  return rows.map(tripFromRow);
}
