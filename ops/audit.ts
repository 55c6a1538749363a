/** `npm run audit`: compares every event of every trip with the hash that was written with it, and every act of an operator. */
import { Command } from 'commander';
import { databaseOption } from './command-line/database-option.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { printReport } from './command-line/json-report.ts';
import { pathArgument } from './command-line/path-argument.ts';

const {
  database: urls,
  nats,
  json,
} = new Command('npm run audit --')
  .description(
    'Checks all trips, and reports which events were changed, removed, reordered, cut off or added since they were ' +
      'written, the same of the acts of operators, and whether open trips and the slots of their riders agree; with --nats also how many the stream lacks or has out of order. Exit code 0 only if there are none.',
  )
  .addOption(databaseOption())
  .option('--nats <urls>', 'compare the event stream too; comma-separated')
  .option('--json <file>', 'also write the report to this file', pathArgument)
  .parse()
  .opts<{ database?: string; nats?: string; json?: string }>();

await runCommand(async () => {
  if (urls === undefined)
    throw new UserError('name the database: --database postgres://… or HAILGRID_POSTGRES_URLS');
  // Loaded after the options are parsed: --help takes 0.17 s of processor time instead of 0.57 s.
  const { Database } = await import('#libs/store');
  const { connectAsOperator } = await import('./events/operator-bus.ts');
  const { StreamNumbers } = await import('./events/stream-numbers.ts');
  const { auditTrips, isSound } = await import('./audit/audit-trips.ts');
  const database = new Database({
    urls: urls.split(','),
    maxConnections: 1,
    applicationName: 'hailgrid-audit',
  });
  const bus = nats === undefined ? undefined : await connectAsOperator(nats, 'hailgrid-audit');
  try {
    const report = await auditTrips(database, bus && new StreamNumbers(bus));
    printReport(report, json);
    return isSound(report) ? 0 : 1;
  } finally {
    await Promise.all([database.close(), bus?.close()]);
  }
});
