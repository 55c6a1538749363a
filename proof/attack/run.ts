/** `npm run attack`: attacks a city that it has started itself, and reports what worked. */
import { askedToEnd } from '../../dev/process/ask-to-end.ts';
import { stopAllChildren } from '../../dev/process/supervised-child.ts';
import { runCommand } from '../../ops/command-line/run-command.ts';
import { readAttackOptions } from './options.ts';

const end = askedToEnd();
await runCommand(async () => {
  try {
    const options = readAttackOptions(process.argv.slice(2));
    // Loaded after the options are parsed, so that --help is quick.
    const { runAttackCommand } = await import('./runner/run-attack-command.ts');
    return await runAttackCommand(options, end);
  } finally {
    await stopAllChildren();
  }
});
// Attacks that wait may still be under way; the command does not wait for them.
process.exit();
