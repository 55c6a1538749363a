/** `npm run bench:console`: what the console and an open map cost, and how soon a ping is a pixel. */
import { printReport } from '../../../ops/command-line/json-report.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { readOptions } from './options.ts';

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  // Loaded after the options are parsed.
  const { measureConsole } = await import('./measure-console.ts');
  printReport(await measureConsole(options), options.json);
  return 0;
});
