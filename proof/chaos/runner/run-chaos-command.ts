import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import type { ChaosOptions } from '../options.ts';
import { reportLines, type ChaosReport } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { writeReport } from '../../../ops/command-line/json-report.ts';

/** Twice what `npm start` needs: logs of more instances, and of the Postgres servers that fail over. */
const CHAOS_DISK_BYTES = 1024 ** 3;

/** Runs the faults and prints the report; resolves with the exit code. */
export async function runChaosCommand(options: ChaosOptions, end: Promise<void>): Promise<number> {
  const directory = temporaryDirectory('chaos', CHAOS_DISK_BYTES);
  if (options.keep) directory.keep();
  const startedAtMs = Date.now();
  const say = (words: string): void =>
    console.log(`${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(7)} s  ${words}`);
  let report: ChaosReport | undefined;
  try {
    const ended = end.then(() => undefined);
    report = await Promise.race([runChaos(options, directory.path, say), ended]);
  } catch (error) {
    throw directory.keepAfterFailure() ?? error;
  }
  if (report?.verdict === 'ok' && !options.keep) {
    directory.remove();
  } else {
    const diskFull = directory.keepAfterFailure();
    if (diskFull !== undefined) throw diskFull;
  }
  if (report === undefined) return 1;
  writeReport({ command: commandLine(), ...report }, options.json);
  console.log(`\n${reportLines(report).join('\n')}`);
  return report.verdict === 'ok' ? 0 : 1;
}

/** As typed by the user. */
function commandLine(): string {
  const args = process.argv.slice(2);
  return args.length === 0 ? 'npm run chaos' : `npm run chaos -- ${args.join(' ')}`;
}
