/** `npm run check`: everything that `npm test` says about the sources without running them. */
import { runSteps, STATIC_CHECKS } from './checks/steps.ts';

process.exitCode = await runSteps(STATIC_CHECKS);
