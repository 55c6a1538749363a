import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { temporaryDirectory } from '../../../dev/process/temporary-directory.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import type { AttackOptions } from '../options.ts';
import { runAttacks } from './run-attacks.ts';

/** Postgres with a standby and the logs of seven processes. */
const ATTACK_DISK_BYTES = 512 * 1024 ** 2;

/** Runs the attacks and prints the report; resolves with the exit code. */
export async function runAttackCommand(
  { seed, only, json, keep }: AttackOptions,
  end: Promise<void>,
): Promise<number> {
  const directory = temporaryDirectory('attack', ATTACK_DISK_BYTES);
  if (keep) directory.keep();
  const startedAtMs = Date.now();
  const say = (words: string): void => console.error(words);
  try {
    const ended = end.then(() => undefined);
    const result = await Promise.race([
      runAttacks({ directory: directory.path, seed, only, shortens: false }, say),
      ended,
    ]);
    if (result === undefined) return 1;
    const { versions, ...found } = result;
    const report = {
      command: ['npm run attack --', ...process.argv.slice(2)].join(' '),
      seed,
      ...found,
      elapsed_s: Math.round((Date.now() - startedAtMs) / 1000),
      ...describeMachine(versions),
    };
    printReport(report, json);
    const holds = found.worked.length === 0 && found.broken.length === 0;
    if (holds && !keep) directory.remove();
    else directory.keepAfterFailure();
    return holds ? 0 : 1;
  } catch (error) {
    throw directory.keepAfterFailure() ?? error;
  }
}
