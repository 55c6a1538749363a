import { Client } from 'pg';
import { Database } from '#libs/store';
import { auditTrips, type AuditReport } from '../../../ops/audit/audit-trips.ts';
import { rebuildStream } from '../../../ops/events/rebuild-stream.ts';
import { StreamNumbers } from '../../../ops/events/stream-numbers.ts';
import type { ChaosCity } from '../city/chaos-city.ts';
import type { EventFact, Violation } from '../checker/facts.ts';
import type { StreamReader } from './stream-reader.ts';

/** Time for the relay, which takes seconds, to publish everything that is committed. */
const CATCH_UP_LIMIT_MS = 60_000;
/** Maximum listed per kind of finding. */
const MAX_NAMED = 20;

/** The event stream, and a consumer that read it during the whole run, compared with Postgres. */
export interface EventComparison {
  /** NATS had lost its storage, and the stream was rebuilt from Postgres before the comparison. */
  rebuilt: boolean;
  messages: number;
  missingInStream: number;
  missingAtConsumer: number;
  outOfOrderInStream: number;
  outOfOrderAtConsumer: number;
  /** Events that differ from those written, by the hash chain. */
  brokenChains: Violation[];
  violations: Violation[];
}

/** Rebuilds the stream, as an operator does after NATS lost its storage; the reader restarts at its beginning. */
export async function rebuildFromPostgres(city: ChaosCity, reader: StreamReader): Promise<void> {
  const session = new Client({ connectionString: city.databaseUrl });
  const database = open(city);
  await session.connect();
  try {
    await reader.restWhile(() =>
      rebuildStream({ session, database, bus: reader.bus, settings: city.eventStream }),
    );
  } finally {
    await Promise.all([session.end(), database.close()]);
  }
}

/** @param events those committed at a moment; later ones may still be in the outbox */
export async function compareEvents(
  city: ChaosCity,
  reader: StreamReader,
  events: readonly EventFact[],
  rebuilt: boolean,
): Promise<EventComparison> {
  await reader.hasCaughtUp(events, CATCH_UP_LIMIT_MS);
  const { consumed } = reader;
  const missing = consumed.missing(events);
  const { stream, findings } = await audit(city, reader);
  return {
    rebuilt,
    messages: consumed.messages,
    missingInStream: stream?.missing ?? 0,
    missingAtConsumer: missing.length,
    outOfOrderInStream: stream?.out_of_order ?? 0,
    outOfOrderAtConsumer: consumed.outOfOrder.length,
    brokenChains: findings.map(({ trip_id, seq, fault }) => `${trip_id}#${seq} is ${fault}`),
    violations: [
      ...missing
        .slice(0, MAX_NAMED)
        .map(({ tripId, seq }) => `${tripId}#${seq} was not delivered to the consumer`),
      ...consumed.outOfOrder.slice(0, MAX_NAMED),
      ...reader.malformed.slice(0, MAX_NAMED),
    ],
  };
}

async function audit(city: ChaosCity, { bus }: StreamReader): Promise<AuditReport> {
  const database = open(city);
  try {
    return await auditTrips(database, new StreamNumbers(bus));
  } finally {
    await database.close();
  }
}

function open(city: ChaosCity): Database {
  return new Database({ urls: city.system.postgresUrls, maxConnections: 2, applicationName: 'chaos' });
}
