import type { Client } from 'pg';

const DAY_MS = 24 * 3_600_000;
const STEP_DAYS = 60;
/** On average. */
const TRIPS_PER_RIDER = 20;
const TRIPS_PER_INSERT = 500_000;

export interface HistorySize {
  trips: number;
  /** How many of the newest trips have events; six each. */
  tripsWithEvents: number;
  active: number;
  days: number;
  widthDays: number;
}

/** Ids derived from numbers by md5: the same in each run. */
const UUID = (kind: string, number: string): string =>
  `overlay(overlay(md5('${kind}' || ${number}) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid`;
const TRIP_ID = `(lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3)
  || '8' || substr(md5(i::text), 4, 15))::uuid`;

const TRIP_COLUMNS = `trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
  pickup_cell, fare_minor, currency, distance_m, trip_s, street_s, requested_at, search_deadline_at, driver, accepted_at, arrived_at,
  started_at, ended_at, event_hash`;

/**
 * Fills a migrated, empty database with ended trips, spread evenly over the days from `startMs`; the newest of them with
 * events; and with trips under way at the end of that time. Returns the end.
 */
export async function generateHistory(client: Client, size: HistorySize, startMs: number): Promise<number> {
  const endMs = startMs + size.days * DAY_MS;
  for (let atMs = startMs; atMs <= endMs; atMs += STEP_DAYS * DAY_MS)
    await makePartitions(client, atMs, size.widthDays);
  await makePartitions(client, endMs, size.widthDays);
  for (let from = 1; from <= size.trips; from += TRIPS_PER_INSERT) {
    const to = Math.min(size.trips, from + TRIPS_PER_INSERT - 1);
    await client.query(`INSERT INTO trip_history (${TRIP_COLUMNS}) ${tripsThat(size, startMs, from, to)}`);
  }
  await client.query(
    `INSERT INTO trip_event (trip_id, seq, type, at, driver_id, event, drivers, hash) ${EVENTS_OF('trip_history')}
     WHERE i > ${size.trips - size.tripsWithEvents}`,
  );
  await client.query(
    `INSERT INTO trip (${TRIP_COLUMNS}) SELECT ${TRIP_ID}, ${UUID('rider', '-i')}, ${UUID('quote', '-i')}, 'standard',
       CASE WHEN i % 4 = 0 THEN 'processing' ELSE 'in_progress' END, 1, 40.7, -74, 40.8, -74,
       617733151092113407 + (i % 3000) * 1024, 1200, 'USD', 4000, 700, 650, at, at + interval '5 minutes',
       CASE WHEN i % 4 = 0 THEN NULL ELSE '{}'::jsonb END, at, at, at, NULL, sha256('x')
     FROM (SELECT i, to_timestamp(${endMs} / 1000.0) - i * interval '100 ms' AS at FROM generate_series(1, ${size.active}) AS i) s`,
  );
  await client.query('ANALYZE trip, trip_history, trip_event');
  return endMs;
}

async function makePartitions(client: Client, atMs: number, widthDays: number): Promise<void> {
  const at = new Date(atMs).toISOString();
  await client.query(
    `SELECT make_history_partitions('${at}', make_interval(days => ${widthDays}), ${Math.ceil(STEP_DAYS / widthDays)})`,
  );
}

function tripsThat({ trips, days }: HistorySize, startMs: number, from: number, to: number): string {
  const gapMs = (days * DAY_MS) / trips;
  return `
    SELECT ${TRIP_ID}, ${UUID('rider', `(i % ${Math.max(1, Math.floor(trips / TRIPS_PER_RIDER))})`)}, ${UUID('quote', 'i')}, 'standard', 'completed', 6,
      40.7, -74, 40.8, -74, 617733151092113407 + (i % 3000) * 1024, 1200, 'USD', 4000, 700, 650, at, at + interval '5 minutes',
      jsonb_build_object('driverId', i % 50000, 'pickupEtaS', 120), at + interval '1 minute', at + interval '4 minutes',
      at + interval '5 minutes', at + interval '17 minutes', sha256(i::text::bytea)
    FROM (SELECT i, to_timestamp(${startMs} / 1000.0) + (i - 1) * ${gapMs}::double precision * interval '1 ms' AS at
      FROM generate_series(${from}, ${to}) AS i) s`;
}

/** Six events per trip. A trip's number is recovered from the order of their times. */
const EVENTS_OF = (table: string): string => `
  SELECT trip_id, seq, type, requested_at + seq * interval '1 minute', CASE WHEN seq > 1 THEN ${UUID('driver', '(i % 50000)')} END,
    jsonb_build_object('type', type, 'atMs', 0, 'offer', jsonb_build_object('offerId', 'offer_' || i)), '[]', sha256(i::text::bytea)
  FROM (SELECT trip_id, requested_at, row_number() OVER (ORDER BY trip_id) AS i FROM ${table}) t
  CROSS JOIN (VALUES (1, 'requested'), (2, 'offer_made'), (3, 'offer_accepted'), (4, 'driver_arrived'), (5, 'ride_started'),
    (6, 'completed')) AS e (seq, type)`;

/** The same rows in the former layout: one table of trips, one of events, with the indexes of that time. */
export async function copyIntoFormerLayout(client: Client): Promise<void> {
  await client.query(`
    CREATE SCHEMA former;
    CREATE TABLE former.trip AS SELECT * FROM any_trip;
    ALTER TABLE former.trip ADD PRIMARY KEY (trip_id);
    CREATE INDEX ON former.trip (pickup_cell, requested_at) WHERE state IN ('processing', 'accepted');
    CREATE INDEX ON former.trip (search_deadline_at) WHERE state = 'processing' AND offer IS NULL;
    CREATE INDEX ON former.trip (rider_id, trip_id DESC);
    CREATE UNIQUE INDEX ON former.trip (quote_id);
    CREATE TABLE former.trip_history (LIKE trip_history);
    CREATE VIEW former.any_trip AS SELECT * FROM former.trip;
    CREATE TABLE former.trip_event AS SELECT * FROM trip_event;
    ALTER TABLE former.trip_event ADD PRIMARY KEY (trip_id, seq);
    CREATE INDEX ON former.trip_event (driver_id, (event -> 'offer' ->> 'offerId')) WHERE type = 'offer_made';
    ANALYZE former.trip, former.trip_event`);
}
