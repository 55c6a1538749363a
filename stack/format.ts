/** `npm run format`: rewrites what is not formatted. */
import { FORMAT, runStep } from './checks/steps.ts';

process.exitCode = await runStep(FORMAT);
