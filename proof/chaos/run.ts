/** `npm run chaos`: faults on the real processes of a city under its fleet, and a checker's verdict. */
import { askedToEnd } from '../../dev/process/ask-to-end.ts';
import { stopAllChildren } from '../../dev/process/supervised-child.ts';
import { runCommand } from '../../ops/command-line/run-command.ts';
import { readChaosOptions } from './options.ts';
import { runChaosCommand } from './runner/run-chaos-command.ts';

const end = askedToEnd();
await runCommand(async () => {
  try {
    return await runChaosCommand(readChaosOptions(process.argv.slice(2)), end);
  } finally {
    await stopAllChildren();
  }
});
// Steps that were broken off may still be under way; nobody waits for them.
process.exit();
