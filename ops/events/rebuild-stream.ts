import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Client } from 'pg';
import { idFromUuid, type TripChange, type TripId } from '#libs/contracts';
import {
  EventWriter,
  replaceEventStream,
  STORE_TIMEOUT_MS,
  STORING_LIMIT_MS,
  type EventStreamSettings,
} from '#libs/event-stream';
import {
  EVENT_STREAM_LOCK,
  foldEvents,
  readHistories,
  readTripIds,
  type Database,
  type History,
} from '#libs/store';

const TRIPS_PER_PAGE = 500;
const TRIPS_AT_ONCE = 64;
/** How long to wait after the lock was taken: stores that began with an earlier read of the outbox have ended by then. */
const QUIET_MS = STORING_LIMIT_MS + STORE_TIMEOUT_MS + 1_000;

export interface Rebuilding {
  /** A session on the primary, which holds the lock of the stream. */
  session: Client;
  database: Database;
  bus: NatsConnection;
  settings: EventStreamSettings;
}

export interface RebuildReport {
  trips: number;
  events: number;
  /** Trips whose events are damaged; they are not in the stream. */
  unreadable: TripId[];
  /** How long new events waited. */
  held_ms: number;
  duration_ms: number;
}

/**
 * Rebuilds the stream from Postgres, from the first event of each trip on. New events wait until all trips that can still
 * have events are in the stream; ended trips follow after that.
 */
export async function rebuildStream(rebuilding: Rebuilding): Promise<RebuildReport> {
  const { session, database, bus, settings } = rebuilding;
  const startedAtMs = performance.now();
  const report: RebuildReport = { trips: 0, events: 0, unreadable: [], held_ms: 0, duration_ms: 0 };
  const writer = new EventWriter(bus);
  const store = async (tripIds: readonly TripId[]): Promise<void> => {
    for (const tripIdsOfPage of pagesOf(tripIds)) await storeTrips(database, writer, tripIdsOfPage, report);
  };

  await session.query('SELECT pg_advisory_lock($1)', [EVENT_STREAM_LOCK]);
  await sleep(QUIET_MS);
  await replaceEventStream(bus, settings);
  const open = await tripsWithMoreToCome(session);
  await store([...open]);
  // Throws if the session was lost meanwhile, and the lock with it.
  await session.query('SELECT pg_advisory_unlock($1)', [EVENT_STREAM_LOCK]);
  report.held_ms = Math.round(performance.now() - startedAtMs);

  for (let page = await readTripIds(database, undefined, TRIPS_PER_PAGE); page.length > 0;) {
    await store(page.filter((tripId) => !open.has(tripId)));
    page = await readTripIds(database, page.at(-1), TRIPS_PER_PAGE);
  }
  report.duration_ms = Math.round(performance.now() - startedAtMs);
  return report;
}

/** Reads the trips under way, and those with an event in the outbox. The outbox has all events of trips created later. */
async function tripsWithMoreToCome(session: Client): Promise<Set<TripId>> {
  const { rows } = await session.query<{ trip_id: string }>(
    'SELECT trip_id FROM trip WHERE ended_at IS NULL UNION SELECT trip_id FROM outbox',
  );
  return new Set(rows.map(({ trip_id }) => idFromUuid('trip', trip_id)));
}

function pagesOf(tripIds: readonly TripId[]): TripId[][] {
  const count = Math.ceil(tripIds.length / TRIPS_PER_PAGE);
  return Array.from({ length: count }, (_, page) =>
    tripIds.slice(page * TRIPS_PER_PAGE, (page + 1) * TRIPS_PER_PAGE),
  );
}

/** Stores each trip's events one after the other, many trips at a time. */
async function storeTrips(
  database: Database,
  writer: EventWriter,
  tripIds: readonly TripId[],
  report: RebuildReport,
): Promise<void> {
  const histories = (await readHistories(database, tripIds)).values();
  const worker = async (): Promise<void> => {
    for (const history of histories) {
      const changes = changesOf(history);
      if (changes === undefined) {
        report.unreadable.push(history.tripId);
        continue;
      }
      for (const change of changes) await writer.store(change);
      report.trips += 1;
      report.events += changes.length;
    }
  };
  await Promise.all(Array.from({ length: TRIPS_AT_ONCE }, worker));
}

/** Undefined if events are missing; `npm run audit` names them. */
function changesOf({ events }: History): TripChange[] | undefined {
  try {
    return foldEvents(events, 0);
  } catch {
    return undefined;
  }
}
