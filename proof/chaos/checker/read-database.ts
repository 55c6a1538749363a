import type { Client } from 'pg';
import { idFromUuid, type DriverStanding, type IdPrefix } from '#libs/contracts';
import { withClient } from '../../../ops/postgres/query.ts';
import type { TripEvent } from '#libs/trip';
import { readTrips } from './read-trips.ts';
import {
  keyOf,
  type ClaimFact,
  type DatabaseFacts,
  type DriverFact,
  type EventFact,
  type ShardChangeFact,
  type ShardFact,
  type SlotFact,
} from './facts.ts';

/** Reads the checker's input in one snapshot. */
export function readDatabase(url: string, nowMs: number): Promise<DatabaseFacts> {
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return {
      trips: await readTrips(client),
      events: await readEvents(client),
      claims: await readClaims(client),
      shards: await readShards(client),
      changes: await readChanges(client),
      quotes: await readQuotes(client),
      keys: await readKeys(client),
      sessions: await readSessions(client),
      offline: await readOffline(client),
      slots: await readSlots(client),
      readAtMs: nowMs,
    };
  });
}

/** The shards alone, for polling. */
export function readShardsNow(url: string): Promise<ShardFact[]> {
  return withClient(url, readShards);
}

async function readEvents(client: Client): Promise<EventFact[]> {
  const { rows } = await client.query<
    Record<string, string | null> & { drivers: DriverStanding[]; event: TripEvent }
  >(`
    SELECT trip_id, seq, type, driver_id, event, event ->> 'freedDriverId' AS freed, event ->> 'asked' AS asked, drivers,
      extract(epoch FROM at) * 1000 AS at_ms, to_hex(shard) AS shard, epoch, lsn::text AS lsn
    FROM trip_event ORDER BY trip_id, seq`);
  return rows.map((row) => ({
    tripId: idOf('trip', text(row, 'trip_id')),
    seq: Number(row['seq']),
    type: text(row, 'type'),
    driverId: row['driver_id'] === null ? null : idOf('driver', text(row, 'driver_id')),
    freedDriverId: row['freed'] ?? null,
    asked: row['asked'] === 'true',
    atMs: Number(row['at_ms']),
    drivers: row.drivers.map(driverFact),
    event: row.event,
    shard: row['shard'] ?? null,
    epoch: numberOrNull(row['epoch']),
    lsn: row['lsn'] === null ? null : lsnOf(text(row, 'lsn')),
  }));
}

function driverFact({ driver_id, version, trip_id, next_trip_id, offer }: DriverStanding): DriverFact {
  return {
    driverId: driver_id,
    version,
    tripId: trip_id,
    nextTripId: next_trip_id,
    offeredTripId: offer?.trip_id ?? null,
  };
}

async function readClaims(client: Client): Promise<ClaimFact[]> {
  const { rows } = await client.query<Record<string, string>>(
    'SELECT driver_id, trip_id, kind FROM driver_claim',
  );
  return rows.map((row) => ({
    driverId: idOf('driver', text(row, 'driver_id')),
    tripId: idOf('trip', text(row, 'trip_id')),
    kind: text(row, 'kind'),
  }));
}

async function readShards(client: Client): Promise<ShardFact[]> {
  const { rows } = await client.query<ShardFact & { epoch: string }>(
    'SELECT to_hex(cell) AS shard, epoch, owner, retired FROM shard',
  );
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch) }));
}

async function readChanges(client: Client): Promise<ShardChangeFact[]> {
  const { rows } = await client.query<ShardFact & { epoch: string; kind: string; lsn: string }>(
    'SELECT to_hex(cell) AS shard, epoch, owner, retired, kind, lsn::text AS lsn FROM shard_change ORDER BY cell, epoch',
  );
  return rows.map((row) => ({ ...row, epoch: Number(row.epoch), lsn: lsnOf(row.lsn) }));
}

async function readQuotes(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ quote_id: string }>('SELECT quote_id FROM quote');
  return new Set(rows.map(({ quote_id }) => idOf('quote', quote_id)));
}

/** A key belongs to a rider or a driver; the id prefix says which. */
async function readKeys(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ actor_id: string; key: string }>(
    'SELECT actor_id, key FROM idempotency_key WHERE response IS NOT NULL',
  );
  return new Set(
    rows.flatMap(({ actor_id, key }) => [
      keyOf(idOf('rider', actor_id), key),
      keyOf(idOf('driver', actor_id), key),
    ]),
  );
}

async function readSessions(client: Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ driver_id: string; session: number }>(
    'SELECT driver_id, session FROM driver',
  );
  return new Map(rows.map(({ driver_id, session }) => [idOf('driver', driver_id), session]));
}

async function readOffline(client: Client): Promise<Set<string>> {
  const { rows } = await client.query<{ driver_id: string }>('SELECT driver_id FROM driver WHERE NOT online');
  return new Set(rows.map(({ driver_id }) => idOf('driver', driver_id)));
}

async function readSlots(client: Client): Promise<SlotFact[]> {
  const { rows } = await client.query<{ rider_id: string; trip_id: string }>(
    'SELECT rider_id, trip_id FROM trip_slot',
  );
  return rows.map(({ rider_id, trip_id }) => ({
    riderId: idOf('rider', rider_id),
    tripId: idOf('trip', trip_id),
  }));
}

/** `16/B374D848` as one number, in the order of the write-ahead log. */
export function lsnOf(words: string): bigint {
  const [high = '0', low = '0'] = words.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

function idOf(prefix: IdPrefix, uuid: string): string {
  return idFromUuid(prefix, uuid);
}

function numberOrNull(value: string | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function text(row: Readonly<Record<string, string | null>>, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`${column} is ${String(value)}`);
  return value;
}
