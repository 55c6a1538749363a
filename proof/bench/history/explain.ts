import { escapeLiteral, type Client } from 'pg';
import type { Queryable } from '#libs/store';

/** A statement as a service sends it. */
export interface Sent {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** Facts from one execution plan. */
export interface PlanFacts {
  /** Tables and partitions that were scanned, without pruned ones. */
  relations: string[];
  indexes: string[];
  /** Relations that were read by a sequential scan. */
  seq_scans: string[];
  rows_touched: number;
  buffers: number;
  time_ms: number;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Loops'?: number;
  'Actual Rows'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

interface Explained {
  Plan: PlanNode & Record<string, number>;
  'Execution Time': number;
}

/** Records the statements that a function of the store sends. Its reaction to the empty result is ignored. */
export async function statementsOf(ask: (database: Queryable) => Promise<unknown>): Promise<Sent[]> {
  const sent: Sent[] = [];
  const recorder: Queryable = {
    rows: (statement) => {
      sent.push(statement);
      return Promise.resolve([]);
    },
  };
  await ask(recorder).catch(() => undefined);
  return sent;
}

/**
 * Executes a statement in a transaction and rolls it back. Forces the generic plan, which prepared statements end up with:
 * it prunes partitions at run time. Reports the second execution, when the data is cached.
 */
export async function explain(client: Client, { text, values }: Sent): Promise<PlanFacts> {
  await client.query('BEGIN');
  try {
    await client.query('SET LOCAL plan_cache_mode = force_generic_plan');
    await client.query(`PREPARE asked AS ${text}`);
    const call = values.length === 0 ? 'asked' : `asked (${values.map(literal).join(', ')})`;
    await client.query('SAVEPOINT before');
    await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`);
    await client.query('ROLLBACK TO before');
    const { rows } = await client.query<{ 'QUERY PLAN': [Explained] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${call}`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('no plan');
    return factsOf(row['QUERY PLAN'][0]);
  } finally {
    await client.query('ROLLBACK; DEALLOCATE ALL');
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value))
    return escapeLiteral(`{${value.map((item) => JSON.stringify(String(item))).join()}}`);
  return escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}

function factsOf({ Plan: plan, 'Execution Time': timeMs }: Explained): PlanFacts {
  const executed = nodesOf(plan).filter((node) => (node['Actual Loops'] ?? 0) > 0);
  const named = (key: 'Relation Name' | 'Index Name', nodes: readonly PlanNode[]): string[] =>
    [...new Set(nodes.flatMap((node) => node[key] ?? []))].toSorted();
  return {
    relations: named('Relation Name', executed),
    indexes: named('Index Name', executed),
    seq_scans: named(
      'Relation Name',
      executed.filter((node) => node['Node Type'] === 'Seq Scan'),
    ),
    rows_touched: executed
      .filter((node) => node['Relation Name'] !== undefined)
      .reduce((sum, node) => sum + touched(node), 0),
    buffers: (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0),
    time_ms: timeMs,
  };
}

function touched(node: PlanNode): number {
  return ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 0);
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
