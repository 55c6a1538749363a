import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface PartitionPlan {
  widthDays: number;
  /** Whole partitions beyond the one of now. */
  ahead: number;
}

/** Makes the partitions that are missing; says how many. What it does and what it locks: migrations/0008_events_4_partition_job.sql. */
export async function makeHistoryPartitions(
  database: Queryable,
  nowMs: number,
  { widthDays, ahead }: PartitionPlan,
): Promise<number> {
  const rows = await database.rows<{ made: number }>({
    name: 'make-history-partitions',
    text: 'SELECT make_history_partitions($1, make_interval(days => $2), $3) AS made',
    values: [timestampOf(nowMs), widthDays, ahead],
  });
  return rows[0]?.made ?? 0;
}

/** How the history is cut. */
export interface PartitionFigures {
  /** Of trips and of events, with the first and the last ones. */
  attached: number;
  /** In schema `archive`: kept, but not looked at. */
  detached: number;
  /** Until when there are whole partitions of both; undefined where none was made yet. */
  readyUntilMs: number | undefined;
}

export async function readPartitionFigures(database: Queryable): Promise<PartitionFigures> {
  const rows = await database.rows<{ attached: number; detached: number; ready_until: number | null }>({
    name: 'read-partition-figures',
    text: `
      SELECT count(*)::integer AS attached,
        (SELECT count(*)::integer FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace('archive')) AS detached,
        CASE WHEN bool_and(from_id IS NOT NULL) FILTER (WHERE to_id IS NULL)
          THEN min(uuid_time(from_id)) FILTER (WHERE to_id IS NULL) END AS ready_until
      FROM history_partition`,
    values: [],
  });
  const { attached = 0, detached = 0, ready_until: readyUntil = null } = rows[0] ?? {};
  return { attached, detached, readyUntilMs: readyUntil ?? undefined };
}
