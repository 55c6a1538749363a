/** `npm run migrate`: brings the database named by `--url` or HAILGRID_POSTGRES_URLS up to the newest migration. */
import { Command } from 'commander';
import { runCommand } from './run-command.ts';
import { UserError } from './user-error.ts';
import { migrate } from './postgres/migrations.ts';
import { findPrimary } from './postgres/find-primary.ts';

const { url } = new Command('npm run migrate --')
  .description('Runs the migrations of migrations/ that the database has not seen yet.')
  .option(
    '--url <url>',
    'URL of the database, or a comma-separated list of its servers',
    process.env['HAILGRID_POSTGRES_URLS'],
  )
  .parse()
  .opts<{ url?: string }>();

await runCommand(async () => {
  if (url === undefined)
    throw new UserError('name the database: --url postgres://… or HAILGRID_POSTGRES_URLS');
  const ran = await migrate(await findPrimary(url.split(',')));
  console.log(ran.length === 0 ? 'nothing to migrate' : ran.join('\n'));
  return 0;
});
