/** `npm run audit`: compares every event of every trip with the hash that was written with it. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { Database } from '#libs/store';
import { auditTrips } from './audit/audit-trips.ts';
import { runCommand } from './run-command.ts';
import { UserError } from './user-error.ts';

const { database: urls, json } = new Command('npm run audit --')
  .description(
    'Walks all trips and tells which events were changed, taken away, reordered, cut off or added since they were ' +
      'written. Exit code 0 only where there are none.',
  )
  .option(
    '--database <url>',
    'URL of the database, or a comma-separated list of its servers',
    process.env['HAILGRID_POSTGRES_URLS'],
  )
  .option('--json <file>', 'write the report there')
  .parse()
  .opts<{ database?: string; json?: string }>();

await runCommand(async () => {
  if (urls === undefined)
    throw new UserError('name the database: --database postgres://… or HAILGRID_POSTGRES_URLS');
  const database = new Database({
    urls: urls.split(','),
    maxConnections: 1,
    applicationName: 'hailgrid-audit',
  });
  try {
    const report = await auditTrips(database);
    const text = JSON.stringify(report, undefined, 2);
    console.log(text);
    if (json !== undefined) writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', json), `${text}\n`);
    return Object.values(report.faults).some((count) => count > 0) ? 1 : 0;
  } finally {
    await database.close();
  }
});
