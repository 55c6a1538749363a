/** `npm run lint`, with more arguments for oxlint such as `--fix` or paths. */
import { LINT, runStep } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

await runCommand(() => runStep({ ...LINT, args: [...LINT.args, ...process.argv.slice(2)] }));
