/** `npm run backup`: takes a base backup of a running cluster, or checks the base backups and the archived log. */
import { Command } from 'commander';
import {
  existingBackup,
  keepNewest,
  readAccess,
  readProgramsDirectory,
  type BackupDirectory,
} from './backup/backup-directory.ts';
import { checkBackups } from './backup/check-backups.ts';
import { takeBackup } from './backup/take-backup.ts';
import { switchLog } from './backup/wal-archive.ts';
import { runCommand } from './command-line/run-command.ts';
import { printReport } from './command-line/json-report.ts';
import { wholeNumber } from './command-line/number-arguments.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { UserError } from './command-line/user-error.ts';
import { findPrimary } from './postgres/find-primary.ts';
import { findPrograms } from './postgres/programs.ts';

interface Options {
  to: string;
  database?: string;
  keep?: number;
  check: boolean;
  flush: boolean;
  json?: string;
}

const options = new Command('npm run backup --')
  .description(
    'Takes a base backup of a running cluster that archives its log to this directory (npm start -- --backup DIR). The ' +
      'role needs REPLICATION and nothing else.',
  )
  .requiredOption('--to <dir>', 'the backup directory', pathArgument)
  .option(
    '--database <url>',
    'URL of a database, or a comma-separated list of its servers; by default those that npm start left in the directory',
  )
  .option(
    '--keep <n>',
    'remove all but the n newest base backups, and the log that only the others needed',
    wholeNumber(1),
  )
  .option(
    '--check',
    'take no backup: read all base backups and the whole archive, and name what is damaged or missing; exit code 0 ' +
      'only if nothing is',
    false,
  )
  .option(
    '--flush',
    'with --check: switch the log first, and wait until the archive has everything committed by now',
    false,
  )
  .option('--json <file>', 'also write the report to this file', pathArgument)
  .parse()
  .opts<Options>();

function primary(directory: BackupDirectory): Promise<string> {
  const urls = options.database ?? readAccess(directory.path);
  if (urls === undefined) throw new UserError('name the database: --database postgres://…');
  return findPrimary(urls.split(','));
}

async function check(directory: BackupDirectory): Promise<number> {
  const programs = await findPrograms(readProgramsDirectory(directory.path));
  if (options.flush) await switchLog(await primary(directory), directory);
  const report = await checkBackups(directory, programs);
  printReport(report, options.json);
  return report.sound ? 0 : 1;
}

async function take(directory: BackupDirectory): Promise<number> {
  const programs = await findPrograms(readProgramsDirectory(directory.path));
  const backup = await takeBackup({ url: await primary(directory), directory, programs });
  const removed =
    options.keep === undefined ? undefined : await keepNewest(directory, options.keep, programs);
  printReport({ ...backup, ...(removed !== undefined && { removed }) }, options.json);
  return 0;
}

await runCommand(() => {
  const directory = existingBackup(options.to);
  return options.check ? check(directory) : take(directory);
});
