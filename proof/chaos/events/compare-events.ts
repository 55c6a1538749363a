import { Client } from 'pg';
import { Database } from '#libs/store';
import { auditTrips, type AuditReport } from '../../../ops/audit/audit-trips.ts';
import { rebuildStream } from '../../../ops/events/rebuild-stream.ts';
import { StreamNumbers } from '../../../ops/events/stream-numbers.ts';
import type { ChaosCity } from '../city/chaos-city.ts';
import type { EventFact, Violation } from '../checker/facts.ts';
import type { StreamReader } from './stream-reader.ts';

/** What is committed is in the stream by then, however it came there: the relay takes seconds. */
const CATCH_UP_LIMIT_MS = 60_000;
/** Of each sort, for whoever looks into it. */
const MAX_NAMED = 20;

/** How the stream of events, and a consumer that read it all the time, compare with Postgres. */
export interface EventComparison {
  /** NATS had lost its storage, and the stream was made anew from Postgres before it was read. */
  rebuilt: boolean;
  messages: number;
  missingInStream: number;
  missingAtConsumer: number;
  outOfOrderInStream: number;
  outOfOrderAtConsumer: number;
  /** Events that are not what was written, by the chain of hashes. */
  brokenChains: Violation[];
  violations: Violation[];
}

/** Makes the stream anew, as an operator does it whose NATS has lost its storage; the reader starts again from its beginning. */
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

/** @param events all that were committed at a moment; later ones may be on their way */
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
      ...missing.slice(0, MAX_NAMED).map(({ tripId, seq }) => `${tripId}#${seq} never came to the consumer`),
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
