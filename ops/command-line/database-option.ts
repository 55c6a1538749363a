import { Option } from 'commander';
import { secretIn } from './secret-in.ts';
import { UserError } from './user-error.ts';

const VARIABLE = 'HAILGRID_POSTGRES_URLS';

/**
 * The option that names the database. Its default comes from the environment, or from a file that it names; the help shows
 * the name of the variable, not its value, which has a password.
 */
export function databaseOption(flags = '--database <url>'): Option {
  const option = new Option(flags, 'URL of the database, or a comma-separated list of its servers');
  try {
    const urls = secretIn(process.env, 'HAILGRID_POSTGRES_URLS');
    return option.default(urls, `${VARIABLE} or ${VARIABLE}_FILE`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`hailgrid: ${error.message}`);
    return process.exit(1);
  }
}
