/** `npm run format`: rewrites what is not formatted. */
import { FORMAT, runStep } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

await runCommand(() => runStep(FORMAT));
