import { monitorEventLoopDelay } from 'node:perf_hooks';
import { query } from '../../../ops/postgres/query.ts';
import type { Answer } from './silence.ts';

/** Time limit for an answer; after it the server counts as silent. */
export const ANSWER_LIMIT_MS = 1_000;
/** Event-loop delay above which silence proves nothing: the answer may be in the socket, unread. */
const STANDSTILL_LIMIT_MS = 400;
/** SQLSTATE: the server starts, recovers or shuts down. */
const STARTING = '57P03';

export interface Report {
  answer: Answer;
  isStandby: boolean;
  /** For a primary: the standbys that stream from it, by a report within the last 3 s. */
  streaming: ReadonlySet<string>;
}

/** The streaming standbys. A standby reports its position every second (`wal_receiver_status_interval`). */
const FOLLOWERS = `
  SELECT pg_is_in_recovery() AS standby,
    ARRAY(SELECT application_name FROM pg_stat_replication
      WHERE state = 'streaming' AND clock_timestamp() - reply_time < interval '3 s')::text[] AS streaming`;

/** Checks a server over a new connection, as any new client would. */
export async function askServer(url: string): Promise<Report> {
  const ownDelay = monitorEventLoopDelay({ resolution: 10 });
  ownDelay.enable();
  try {
    const patience = { connectMs: ANSWER_LIMIT_MS, statementMs: ANSWER_LIMIT_MS };
    const [row] = await query<{ standby: boolean; streaming: string[] }>(url, FOLLOWERS, patience);
    return { answer: 'well', isStandby: row?.standby === true, streaming: new Set(row?.streaming) };
  } catch (error) {
    const isOurs = ownDelay.max > STANDSTILL_LIMIT_MS * 1e6;
    return { answer: isOurs ? 'unsure' : answerOf(error), isStandby: false, streaming: new Set() };
  } finally {
    ownDelay.disable();
  }
}

/** A server that refuses a session with an SQLSTATE is alive. */
function answerOf(error: unknown): Answer {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === STARTING) return 'starting';
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? 'well' : 'silent';
}
