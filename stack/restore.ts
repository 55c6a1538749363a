/** `npm run restore`: makes a cluster out of a backup, as it was at a moment. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { readTarget } from './backup/restore-target.ts';
import { restoreCluster } from './backup/restore-cluster.ts';
import { tellReport } from './backup/tell-report.ts';
import { stopAllChildren } from './process/supervised-child.ts';
import { runCommand } from './run-command.ts';

interface Options {
  from: string;
  to: string;
  at?: string;
  lsn?: string;
  latest?: boolean;
  database: string;
  json?: string;
}

const options = new Command('npm run restore --')
  .description(
    'Makes a cluster out of a base backup and the archived log, as it was at a moment; audits its trips, and raises ' +
      'epochs, terms and versions above all that anybody can have seen. Its server is stopped at the end. Exit code 0 ' +
      'only where all of it is there.',
  )
  .requiredOption('--from <dir>', 'the backup directory')
  .requiredOption('--to <dir>', 'what becomes the data directory; absent or empty')
  .option('--at <time>', 'with everything committed by then, such as 2026-11-25T17:45:00Z')
  .option('--lsn <position>', 'up to this position of the log')
  .option('--latest', 'with everything that the archive has')
  .option('--database <name>', "the database of Hailgrid's in the cluster", 'hailgrid')
  .option('--json <file>', 'write the report there')
  .parse()
  .opts<Options>();

await runCommand(async () => {
  const fromHere = (path: string): string => resolve(process.env['INIT_CWD'] ?? '.', path);
  try {
    const report = await restoreCluster({
      backupPath: fromHere(options.from),
      dataDirectory: fromHere(options.to),
      target: readTarget(options),
      database: options.database,
      nowMs: Date.now(),
      onStep: (step) => console.error(`${step} …`),
    });
    tellReport(report, options.json);
    return report.sound ? 0 : 1;
  } finally {
    await stopAllChildren();
  }
});
