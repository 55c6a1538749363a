/** `npm run restore`: makes a cluster out of a backup, as it was at a moment. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { readTarget } from './backup/restore-target.ts';
import { serveRestored } from './backup/serve-restored.ts';
import { askedToEnd } from '../dev/process/ask-to-end.ts';
import { stopAllChildren } from '../dev/process/supervised-child.ts';
import { runCommand } from './command-line/run-command.ts';
import { printReport } from './command-line/json-report.ts';
import { pathArgument } from './command-line/path-argument.ts';
import { wholeNumber } from './command-line/number-arguments.ts';

interface Options {
  from: string;
  to: string;
  at?: string;
  lsn?: string;
  latest?: boolean;
  database: string;
  serve?: number | true;
  json?: string;
}

/** Says where the restored cluster can be reached, until somebody wants it to end. */
async function serve(dataDirectory: string, password: string, port: number | undefined): Promise<number> {
  const end = askedToEnd();
  const { child, url } = await serveRestored(dataDirectory, { port, password, database: options.database });
  console.error(`serving ${url} until Ctrl-C`);
  const died = await Promise.race([end.then(() => undefined), child.exited]);
  if (died === undefined) return 0;
  console.error(`hailgrid: ${child.describeExit(died)}`);
  return 1;
}

const options = new Command('npm run restore --')
  .description(
    'Makes a cluster out of a base backup and the archived log, as it was at a moment; audits its trips, and raises ' +
      'epochs, terms and versions above all that anybody can have seen. Its server is stopped at the end. Exit code 0 ' +
      'only where all of it is there.',
  )
  .requiredOption('--from <dir>', 'the backup directory', pathArgument)
  .requiredOption('--to <dir>', 'what becomes the data directory; absent or empty', pathArgument)
  .option('--at <time>', 'with everything committed by then, such as 2026-11-25T17:45:00Z')
  .option('--lsn <position>', 'up to this position of the log')
  .option('--latest', 'with everything that the archive has')
  .option('--database <name>', "the database of Hailgrid's in the cluster", 'hailgrid')
  .option(
    '--serve [port]',
    'then run its server on loopback until Ctrl-C; any free port unless named',
    wholeNumber(1, 65_535),
  )
  .option('--json <file>', 'write the report there', pathArgument)
  .parse()
  .opts<Options>();

await runCommand(async () => {
  const password = randomBytes(18).toString('hex');
  try {
    // Loaded after the options are parsed: --help takes 0.16 s of processor time instead of 0.56 s.
    const { restoreCluster } = await import('./backup/restore-cluster.ts');
    const report = await restoreCluster({
      backupPath: options.from,
      dataDirectory: options.to,
      target: readTarget(options),
      database: options.database,
      nowMs: Date.now(),
      ...(options.serve !== undefined && { password }),
      onStep: (step) => console.error(`${step} …`),
    });
    printReport(report, options.json);
    if (options.serve !== undefined)
      return await serve(options.to, password, options.serve === true ? undefined : options.serve);
    return report.sound ? 0 : 1;
  } finally {
    await stopAllChildren();
  }
});
