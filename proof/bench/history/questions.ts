import type { Client } from 'pg';
import { idFromUuid, type RiderId, type TripId } from '#libs/contracts';
import {
  dueSearches,
  endOfNewestRides,
  listTripsOfRider,
  lockTrips,
  moveEndedTrips,
  openTrips,
  readCompletedRides,
  readEvents,
  readHistories,
  readTrip,
  readTripIds,
  type Queryable,
} from '#libs/store';

/** A query of the services, named after its purpose. */
export interface Question {
  name: string;
  ask: (database: Queryable) => Promise<unknown>;
}

const PAGE = 20;
/** Some hours and some weeks. */
const HOURS_MS = 36 * 3_600_000;
const DAYS_MS = 28 * 24 * 3_600_000;

/** Queries for existing rows: old trips, trips under way, a rider with many trips. */
export async function hotQuestions(client: Client, nowMs: number): Promise<Question[]> {
  const ids = async (sql: string): Promise<string[]> =>
    (await client.query<{ id: string }>(sql)).rows.map(({ id }) => id);
  const trips = (uuids: readonly string[]): TripId[] => uuids.map((uuid) => idFromUuid('trip', uuid));
  const old = trips(
    await ids('SELECT DISTINCT ON (tableoid) trip_id AS id FROM trip_history ORDER BY tableoid, trip_id'),
  );
  const withEvents = trips(
    await ids('SELECT trip_id AS id FROM trip_event WHERE seq = 1 ORDER BY trip_id DESC LIMIT 16'),
  );
  const open = trips(await ids('SELECT trip_id AS id FROM trip ORDER BY trip_id LIMIT 16'));
  const [rider = ''] = await ids('SELECT rider_id AS id FROM trip_history ORDER BY trip_id LIMIT 1');
  const riderId: RiderId = idFromUuid('rider', rider);
  const [oldest, underWay, oneWithEvents] = [old[0], open[0], withEvents[0]];
  if (oldest === undefined || underWay === undefined || oneWithEvents === undefined)
    throw new Error('the history is empty');
  return [
    { name: 'a trip under way', ask: (database) => readTrip(database, underWay) },
    { name: 'an old trip', ask: (database) => readTrip(database, oldest) },
    { name: 'locking trips for a change', ask: (database) => lockTrips(database, open) },
    { name: 'locking old trips for a change', ask: (database) => lockTrips(database, old) },
    {
      name: "a rider's newest trips",
      ask: (database) => listTripsOfRider(database, riderId, undefined, PAGE),
    },
    {
      name: "a rider's trips before one",
      ask: (database) => listTripsOfRider(database, riderId, oldest, PAGE),
    },
    { name: "a trip's events", ask: (database) => readEvents(database, oneWithEvents) },
    { name: 'events of several trips', ask: (database) => readHistories(database, withEvents) },
    {
      name: 'open trips of some shards',
      ask: (database) => openTrips(database, [{ lo: '617733151092113407', hi: '617733151092215807' }], 500),
    },
    { name: 'searches past their deadline', ask: (database) => dueSearches(database, nowMs, 200) },
    { name: 'moving ended trips into the history', ask: (database) => moveEndedTrips(database, nowMs, 500) },
    {
      name: 'a page of completed rides',
      ask: (database) => readCompletedRides(database, { endedAtMs: nowMs - HOURS_MS }, nowMs, PAGE),
    },
    {
      name: 'where the newest rides begin',
      ask: (database) => endOfNewestRides(database, nowMs - DAYS_MS, nowMs, PAGE),
    },
    { name: 'a page of all trips', ask: (database) => readTripIds(database, oldest, 500) },
  ];
}
