/** `npm run migrate`: brings the database named by `--url` or HAILGRID_POSTGRES_URLS up to the newest migration. */
import { Command } from 'commander';
import { databaseOption } from './command-line/database-option.ts';
import { secretIn } from './command-line/secret-in.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { migrate } from './migrate/migrations.ts';
import { findPrimary } from './postgres/find-primary.ts';
import { loginName, LOGINS, makeLogin } from './migrate/logins.ts';

const { url, logins = false } = new Command('npm run migrate --')
  .description('Runs the migrations of migrations/ that the database has not seen yet.')
  .addOption(databaseOption('--url <url>'))
  .option(
    '--logins',
    'then create the logins whose passwords are in HAILGRID_TRIPS_PASSWORD, HAILGRID_READONLY_PASSWORD and HAILGRID_MAINTENANCE_PASSWORD',
  )
  .parse()
  .opts<{ url?: string; logins?: boolean }>();

await runCommand(async () => {
  if (url === undefined)
    throw new UserError('name the database: --url postgres://… or HAILGRID_POSTGRES_URLS');
  const primary = await findPrimary(url.split(','));
  const ran = await migrate(primary);
  console.log(ran.length === 0 ? 'nothing to migrate' : ran.join('\n'));
  for (const who of logins ? LOGINS : []) {
    const password = secretIn(process.env, `HAILGRID_${who.toUpperCase()}_PASSWORD`);
    if (password === undefined) continue;
    await makeLogin(primary, who, password);
    console.log(`login ${loginName(who)}`);
  }
  return 0;
});
