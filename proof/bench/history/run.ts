/** `npm run bench:history`: cost of the store's queries over years of trips, compared with the same queries on one table. */
import { Command } from 'commander';
import type { Client } from 'pg';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { createDatabase } from '../../../dev/postgres/database.ts';
import { migrate } from '../../../ops/migrate/migrations.ts';
import { withClient } from '../../../ops/postgres/query.ts';
import { startPostgres } from '../../../dev/postgres/start-postgres.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { explain, statementsOf, type PlanFacts } from './explain.ts';
import { copyIntoFormerLayout, generateHistory } from './generate.ts';
import { hotQuestions, type Question } from './questions.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

interface Options {
  trips: number;
  events: number;
  active: number;
  days: number;
  json?: string;
}

interface Answered {
  question: string;
  statement: string;
  partitioned: PlanFacts;
  one_table: PlanFacts | null;
}

const WIDTH_DAYS = 30;
/** Indexes included: 4,447 MB for 10 million trips (ADR 0016). */
const BYTES_PER_TRIP = 450;
/** Estimate for six events, indexes included. */
const EVENT_BYTES_PER_TRIP = 6_000;
/** Both layouts are filled, and the write-ahead log keeps up to 1 GB. */
const diskBytesFor = ({ trips, events }: Options): number =>
  2 * (trips * BYTES_PER_TRIP + events * EVENT_BYTES_PER_TRIP) + 1024 ** 3;

const options = new Command('npm run bench:history --')
  .description(
    'Generates a history in a temporary Postgres and reports the query plans of hot statements on it.',
  )
  .option('--trips <n>', 'ended trips', wholeNumber(1), 10_000_000)
  .option('--events <n>', 'how many of them have their six events', wholeNumber(1), 1_000_000)
  .option('--active <n>', 'trips under way', wholeNumber(1), 5_000)
  .option('--days <n>', 'period over which ended trips are spread', wholeNumber(1), 360)
  .option('--json <file>', 'write the report to this file', pathArgument)
  .parse()
  .opts<Options>();

async function answer(client: Client, { name, ask }: Question): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (const sent of await statementsOf(ask)) {
    await client.query('SET search_path = public');
    const partitioned = await explain(client, sent);
    await client.query('SET search_path = former, public');
    // The former layout moves no trips into a history.
    const oneTable =
      sent.name === 'move-ended-trips' || sent.name === 'read-ended-trips'
        ? null
        : await explain(client, sent);
    answered.push({ question: name, statement: sent.name, partitioned, one_table: oneTable });
  }
  return answered;
}

async function measure(
  client: Client,
): Promise<{ answers: Answered[]; generated_s: number; tables: unknown[] }> {
  const startedAtMs = performance.now();
  const size = {
    ...options,
    tripsWithEvents: Math.min(options.events, options.trips),
    widthDays: WIDTH_DAYS,
  };
  const nowMs = await generateHistory(client, size, Date.now());
  await copyIntoFormerLayout(client);
  const generatedS = Math.round((performance.now() - startedAtMs) / 1_000);
  const answers: Answered[] = [];
  for (const question of await hotQuestions(client, nowMs)) answers.push(...(await answer(client, question)));
  const { rows: tables } = await client.query<{ table: string; megabytes: number }>(`
    SELECT relid::regclass::text AS table, round(pg_total_relation_size(relid) / 1048576.0)::int AS megabytes
    FROM pg_stat_user_tables WHERE n_live_tup > 1000 ORDER BY 2 DESC`);
  return { answers, generated_s: generatedS, tables };
}

await runCommand(async () => {
  const directory = temporaryDirectory('bench-history', diskBytesFor(options));
  const postgres = await startPostgres({ directory: directory.path, standbys: 0 });
  try {
    await createDatabase(postgres.primaryUrl, 'history');
    const url = postgres.urlOf(postgres.primary, 'history');
    await migrate(url);
    const measured = await withClient(url, measure);
    const { json, ...size } = options;
    const report = {
      command: ['npm run bench:history --', ...process.argv.slice(2)].join(' '),
      ...size,
      width_days: WIDTH_DAYS,
      ...measured,
      ...describeMachine({ postgres: postgres.version }),
    };
    printReport(report, json);
    return 0;
  } finally {
    await postgres.stop();
    directory.remove();
  }
});
