import { EVENT_STREAM_LOCK } from '#libs/store';
import { idFromUuid } from '#libs/contracts';
import { withClient, query } from '../../../ops/postgres/query.ts';
import { followLines } from '../../../dev/process/log-file.ts';
import { pollUntil } from '../city/observer.ts';
import {
  chosen,
  Incident,
  RECOVERY_LIMIT_MS,
  whenRecovered,
  type FaultContext,
  type FaultTrace,
} from './fault-context.ts';
import { processState } from './process-state.ts';

/** Commits that are unpublished when it is killed. */
const UNPUBLISHED = 5;
const STAGE_LIMIT_MS = 20_000;

/**
 * `kill -9` of a `trips` between commit and publication: publication is blocked for a moment, it commits, and it is killed.
 * Another process has to publish its rows of the outbox.
 */
export async function killRelay(context: FaultContext): Promise<FaultTrace> {
  const victim = chosen(context.city.trips, context.planned);
  const incident = new Incident(context, victim.instance);
  const { pid } = victim.child;
  const newLines = followLines(victim.logFile);
  const left = await withClient(context.city.databaseUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [EVENT_STREAM_LOCK]);
    newLines();
    const committed = new Set<string>();
    const hasCommitted = (): boolean => {
      for (const line of newLines()) for (const name of committedIn(line)) committed.add(name);
      return committed.size >= UNPUBLISHED;
    };
    await pollUntil(hasCommitted, STAGE_LIMIT_MS);
    await victim.kill();
    const waiting = await outboxOf(context.city.databaseUrl);
    return [...committed].filter((name) => waiting.has(name));
  });
  await incident.verify(() => processState(pid) === undefined, `process ${pid} still runs`);
  if (left.length === 0) incident.fail('it left no unpublished events');
  const recoveredAtMs = await pollUntil(async () => {
    const waiting = await outboxOf(context.city.databaseUrl);
    return left.every((name) => !waiting.has(name));
  }, RECOVERY_LIMIT_MS);
  await victim.restart();
  const backAtMs = await whenRecovered(context);
  return incident.end(backAtMs === undefined ? undefined : recoveredAtMs);
}

/** A process logs each change that it has committed. */
function committedIn(line: string): string[] {
  if (!line.includes('"trip_id"') || !line.includes('"seq"')) return [];
  const { trip_id, seq } = JSON.parse(line) as { trip_id: string; seq: number };
  return [`${trip_id}#${seq}`];
}

async function outboxOf(url: string): Promise<Set<string>> {
  const rows = await query<{ trip_id: string; seq: number }>(url, 'SELECT trip_id, seq FROM outbox');
  return new Set(rows.map(({ trip_id, seq }) => `${idFromUuid('trip', trip_id)}#${seq}`));
}
