/** `npm run backup`: takes a base backup of a running cluster, or checks those that are there and the archive of the log. */
import { Command } from 'commander';
import { readAccess } from './backup/backup-access.ts';
import { existingBackup, type BackupDirectory } from './backup/backup-directory.ts';
import { readBackups } from './backup/base-backups.ts';
import { checkBackups } from './backup/check-backups.ts';
import { keepNewest } from './backup/keep-newest.ts';
import { switchLog } from './backup/switch-log.ts';
import { takeBackup } from './backup/take-backup.ts';
import { findPrimary } from './postgres/find-primary.ts';
import { runCommand } from './command-line/run-command.ts';
import { UserError } from './command-line/user-error.ts';
import { printReport } from './command-line/json-report.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { wholeNumber } from './command-line/number-arguments.ts';

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
    'URL of a database, or a comma-separated list of its servers; without it what npm start has left in the directory',
  )
  .option(
    '--keep <n>',
    'remove older base backups than the n newest, and the log only they needed',
    wholeNumber(1),
  )
  .option(
    '--check',
    'take none: read all base backups and the whole archive, and tell what is damaged or missing; exit code 0 only ' +
      'where all is well',
    false,
  )
  .option(
    '--flush',
    'with --check: have the log switched first, and wait until all that is committed by now is in the archive',
    false,
  )
  .option('--json <file>', 'write the report there', pathArgument)
  .parse()
  .opts<Options>();

const directory = (): BackupDirectory => existingBackup(options.to);

function primary(): Promise<string> {
  const urls = options.database ?? readAccess(directory().path);
  if (urls === undefined) throw new UserError('name the database: --database postgres://…');
  return findPrimary(urls.split(','));
}

async function check(): Promise<number> {
  const newest = readBackups(directory()).at(-1);
  if (options.flush && newest !== undefined) await switchLog(await primary(), directory(), newest);
  const report = await checkBackups(directory());
  printReport(report, options.json);
  return report.sound ? 0 : 1;
}

async function take(): Promise<number> {
  const backup = await takeBackup(await primary(), directory());
  const removed = options.keep === undefined ? undefined : keepNewest(directory(), options.keep);
  printReport({ ...backup, ...(removed !== undefined && { removed }) }, options.json);
  return 0;
}

await runCommand(options.check ? check : take);
