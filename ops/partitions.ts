/** `npm run partitions`: creates the next partitions of the history, and detaches the old ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseOption } from './command-line/database-option.ts';
import { Command, InvalidArgumentError } from 'commander';
import { detachPartitions, dropDetached } from './partitions/detach-partitions.ts';
import { findPrimary } from './postgres/find-primary.ts';
import { withClient } from './postgres/query.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { printReport } from './command-line/json-report.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { wholeNumber } from './command-line/number-arguments.ts';

interface Options {
  database?: string;
  widthDays: number;
  ahead: number;
  keepDays?: number;
  dropAfterDays?: number;
  now?: number;
  everyMinutes?: number;
  json?: string;
}

const DAY_MS = 24 * 3_600_000;

function moment(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError('a moment such as 2026-03-01T00:00:00Z');
  return value;
}

const options = new Command('npm run partitions --')
  .description(
    'Creates the next partitions of trips and events, and with --keep-days detaches those with nothing newer: they stay ' +
      'in schema archive, to be copied elsewhere or dropped, by hand or with --drop-after-days. Needs the rights of ' +
      'hailgrid_owner.',
  )
  .addOption(databaseOption())
  .option(
    '--width-days <n>',
    'width of a partition, the same as HAILGRID_HISTORY_PARTITION_DAYS',
    wholeNumber(1),
    30,
  )
  .option('--ahead <n>', 'partitions beyond the current one', wholeNumber(1), 3)
  .option('--keep-days <n>', 'detach partitions that are older', wholeNumber(1))
  .option('--drop-after-days <n>', 'drop tables that were detached longer ago', wholeNumber(1))
  .option('--now <moment>', 'time of the service clock, if that is not the wall clock', moment)
  .option('--every-minutes <n>', 'repeat at this interval; otherwise run once', wholeNumber(1))
  .option('--json <file>', 'also write the report to this file', pathArgument)
  .parse()
  .opts<Options>();

async function once(urls: readonly string[]): Promise<void> {
  const { widthDays, ahead, keepDays, dropAfterDays, now: nowMs = Date.now(), json } = options;
  const report = await withClient(await findPrimary(urls), async (client) => {
    const { rows } = await client.query<{ made: number }>(
      'SELECT make_history_partitions($1, make_interval(days => $2), $3) AS made',
      [new Date(nowMs).toISOString(), widthDays, ahead],
    );
    const old =
      keepDays === undefined ? undefined : await detachPartitions(client, nowMs - keepDays * DAY_MS, nowMs);
    const dropped =
      dropAfterDays === undefined ? [] : await dropDetached(client, nowMs - dropAfterDays * DAY_MS);
    return {
      made: rows[0]?.made ?? 0,
      detached: old?.detached ?? [],
      held_until: old?.held_until ?? null,
      dropped,
    };
  });
  printReport(report, json);
}

await runCommand(async () => {
  const { database, everyMinutes } = options;
  if (database === undefined)
    throw new UserError('name the database: --database postgres://… or HAILGRID_POSTGRES_URLS');
  const urls = database.split(',');
  if (everyMinutes === undefined) {
    await once(urls);
    return 0;
  }
  for (;;) {
    // A lock timeout or a missing primary may pass by the next run.
    await once(urls).catch((error: unknown) => console.error(error));
    await sleep(everyMinutes * 60_000);
  }
});
