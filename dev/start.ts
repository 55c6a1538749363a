/** `npm start`: a whole small city in this terminal, until its time is over or Ctrl-C. */
import { readOptions } from './city/options.ts';
import { runCity } from './city/run-city.ts';
import { askedToEnd } from './process/ask-to-end.ts';
import { stopAllChildren } from './process/supervised-child.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

const end = askedToEnd();
await runCommand(async () => {
  try {
    return await runCity(readOptions(process.argv.slice(2)), end);
  } finally {
    await stopAllChildren();
  }
});
// A start that was broken off may still have steps under way; nobody waits for them.
process.exit();
