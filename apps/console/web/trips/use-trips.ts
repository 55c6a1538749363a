import type { TripRecord } from '#libs/contracts';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { usePolled, type Polled } from '../ops-api/use-polled.ts';

/** How often the first page of a list is read again; each look is written to the audit. A later page stands still. */
const LIST_INTERVAL_MS = 10_000;

export interface TripPage {
  data: TripRecord[];
  next_cursor: string | null;
}

/** A page of trips. */
export function useTrips(filters: Readonly<Record<string, string | undefined>>): Polled<TripPage> {
  const path = withQuery('/v1/ops/trips', filters);
  return usePolled(
    path,
    (signal) => callOps<TripPage>(path, { signal }),
    filters['cursor'] === undefined ? LIST_INTERVAL_MS : 0,
  );
}
