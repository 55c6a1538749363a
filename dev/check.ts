/** `npm run check`: everything that `npm test` says about the sources without running them. */
import { runSteps, STATIC_CHECKS } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

await runCommand(() => runSteps(STATIC_CHECKS));
