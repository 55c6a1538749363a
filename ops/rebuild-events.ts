/** `npm run events:rebuild`: rebuilds the event stream in JetStream from Postgres. */
import { Command } from 'commander';
import { databaseOption } from './command-line/database-option.ts';
import { findPrimary } from './postgres/find-primary.ts';
import { withClient } from './postgres/query.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { printReport } from './command-line/json-report.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { wholeNumber } from './command-line/number-arguments.ts';

interface Options {
  database?: string;
  nats?: string;
  replicas: number;
  maxBytes: number;
  json?: string;
}

const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;

const options = new Command('npm run events:rebuild --')
  .description(
    'Removes the event stream with its consumers, creates it again, and fills it from Postgres, each trip from its ' +
      'first event on. Use it when NATS has lost its storage, or for a consumer that needs all events.',
  )
  .addOption(databaseOption())
  .option('--nats <urls>', 'comma-separated', process.env['HAILGRID_NATS_URLS'])
  .option('--replicas <n>', 'servers that store each event, if there is no stream now', wholeNumber(1), 1)
  .option(
    '--max-bytes <n>',
    'size limit of the stream, if there is none now',
    wholeNumber(1),
    DEFAULT_MAX_BYTES,
  )
  .option('--json <file>', 'also write the report to this file', pathArgument)
  .parse()
  .opts<Options>();

await runCommand(async () => {
  const { database: databaseUrls, nats: natsUrls, replicas, maxBytes, json } = options;
  if (databaseUrls === undefined)
    throw new UserError('name the database: --database postgres://… or HAILGRID_POSTGRES_URLS');
  if (natsUrls === undefined) throw new UserError('name the servers: --nats nats://… or HAILGRID_NATS_URLS');
  const urls = databaseUrls.split(',');
  // Loaded after the options are parsed: --help takes 0.19 s of processor time instead of 0.56 s.
  const { Database } = await import('#libs/store');
  const { connectAsOperator } = await import('./events/operator-bus.ts');
  const { rebuildStream } = await import('./events/rebuild-stream.ts');
  const bus = await connectAsOperator(natsUrls, 'hailgrid-rebuild');
  const database = new Database({ urls, maxConnections: 2, applicationName: 'hailgrid-rebuild' });
  try {
    const report = await withClient(await findPrimary(urls), (session) =>
      rebuildStream({ session, database, bus, settings: { replicas, maxBytes } }),
    );
    printReport(report, json);
    return report.unreadable.length === 0 ? 0 : 1;
  } finally {
    await Promise.all([database.close(), bus.close()]);
  }
});
