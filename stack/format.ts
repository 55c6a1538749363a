/** `npm run format`: rewrites what is not formatted. */
import { FORMAT, runStep } from './checks/steps.ts';
import { runCommand } from './run-command.ts';

await runCommand(() => runStep(FORMAT));
